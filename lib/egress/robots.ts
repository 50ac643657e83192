/** robots.txt (RFC 9309): what a site allows crawlers to fetch. */
import robotsParser from 'robots-parser';
import { AppError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import type { HttpClient } from './http-client.ts';
import { parseHttpUrl } from './url.ts';

/** What is remembered of one origin. */
export interface RobotsEntry {
  /** HTTP status; null when the server could not be reached. */
  readonly status: number | null;
  readonly body: string | null;
}

/** Where robots.txt files are remembered, by origin. Entries must not be given back after 24 h. */
export interface RobotsCache {
  get(origin: string): Promise<RobotsEntry | null>;
  set(origin: string, entry: RobotsEntry): Promise<void>;
}

export type RobotsVerdict =
  /** `delayMs`: the site's own wish for the time between two requests (`Crawl-delay`), or null. */
  | { readonly kind: 'allowed'; readonly delayMs: number | null }
  | { readonly kind: 'disallowed' }
  /** 5xx or unreachable: nothing may be fetched until the file can be read (RFC 9309, 2.3.1.4). */
  | { readonly kind: 'unknown'; readonly message: string };

const maxBytes = 512 * 1024;
/** What keeps robots.txt from being asked keeps the page from it too, and says more than "unreachable". */
const faultsOfOrigin: ReadonlySet<AppErrorCode> = new Set([
  'egress_address_refused',
  'egress_dns_failed',
  'egress_connect_failed',
  'egress_tls_failed',
]);
const maxAgeMs = 24 * 60 * 60 * 1000;

/** A cache in memory, at most 24 h old (RFC 9309, 2.4) and at most 1,000 origins. */
export function createRobotsMemory(now: () => number = Date.now): RobotsCache {
  const entries = new Map<string, { readonly entry: RobotsEntry; readonly at: number }>();
  return {
    async get(origin) {
      const known = entries.get(origin);
      if (!known) return null;
      // An unreachable file is asked for again soon, or a short outage would stop a day's crawl.
      const unreachable = known.entry.status === null || known.entry.status >= 500;
      return now() - known.at < (unreachable ? 60_000 : maxAgeMs) ? known.entry : null;
    },
    async set(origin, entry) {
      const oldest = entries.size >= 1000 ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(origin, { entry, at: now() });
    },
  };
}

export interface RobotsQuestion {
  readonly http: HttpClient;
  readonly cache: RobotsCache;
  readonly url: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called after robots.txt was fetched, before the next request to the host. */
  readonly politePause: () => Promise<void>;
}

/**
 * Whether the user agent may fetch the URL; asks the site at most once a day per origin. Throws what
 * the HTTP client throws when the origin itself cannot or must not be connected to.
 */
export async function askRobots(question: RobotsQuestion): Promise<RobotsVerdict> {
  const url = parseHttpUrl(question.url);
  const robotsUrl = `${url.origin}/robots.txt`;
  let entry = await question.cache.get(url.origin);
  if (!entry) {
    entry = await readOnce(question, url.origin, robotsUrl);
    await question.politePause();
  }
  return judgeRobots(entry, robotsUrl, question.url, question.userAgent);
}

/** The rule of RFC 9309 2.3.1: 2xx is read, 4xx allows all, anything else allows nothing. */
export function judgeRobots(
  entry: RobotsEntry,
  robotsUrl: string,
  url: string,
  userAgent: string,
): RobotsVerdict {
  const { status, body } = entry;
  if (status !== null && status >= 400 && status < 500) return { kind: 'allowed', delayMs: null };
  if (status === null || status >= 300) {
    const found = status === null ? 'could not be reached' : `answered ${status}`;
    return {
      kind: 'unknown',
      message: `${robotsUrl} ${found}, so nothing may be fetched there yet.`,
    };
  }
  const rules = robotsParser(robotsUrl, body ?? '');
  const product = productOf(userAgent);
  if (rules.isAllowed(url, product) === false) return { kind: 'disallowed' };
  const seconds = rules.getCrawlDelay(product);
  const delayMs = seconds !== undefined && seconds > 0 ? Math.round(seconds * 1000) : null;
  return { kind: 'allowed', delayMs };
}

/** robots.txt names products (`ExampleBot`), not whole User-Agent headers. */
const productOf = (userAgent: string) => userAgent.split(/[/\s(]/, 1)[0] || '*';

const underWay = new WeakMap<RobotsCache, Map<string, Promise<RobotsEntry>>>();

/** Many items of one new origin ask at the same moment; the file is fetched for all of them. */
async function readOnce(
  question: RobotsQuestion,
  origin: string,
  robotsUrl: string,
): Promise<RobotsEntry> {
  const reading = underWay.get(question.cache) ?? new Map<string, Promise<RobotsEntry>>();
  underWay.set(question.cache, reading);
  const others = reading.get(origin);
  if (others) {
    // Whoever read it may have been broken off; that is no verdict on the file.
    const theirs = await others.catch(() => null);
    if (theirs) return theirs;
  }
  const own = readRobots(question, robotsUrl).then(async (entry) => {
    await question.cache.set(origin, entry);
    return entry;
  });
  reading.set(origin, own);
  try {
    return await own;
  } finally {
    reading.delete(origin);
  }
}

async function readRobots(question: RobotsQuestion, robotsUrl: string): Promise<RobotsEntry> {
  const { http, timeoutMs, signal, userAgent } = question;
  try {
    const response = await http.request({
      url: robotsUrl,
      headers: { 'user-agent': userAgent, accept: 'text/plain, */*;q=0.1' },
      timeoutMs: Math.min(timeoutMs, 30_000),
      maxBytes,
      signal,
    });
    return { status: response.status, body: new TextDecoder().decode(response.body) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AppError && faultsOfOrigin.has(error.code)) throw error;
    return { status: null, body: null };
  }
}
