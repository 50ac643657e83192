/**
 * robots.txt (RFC 9309): what a site allows crawlers to fetch. Its files are kept in the database, so that a
 * fleet asks each origin once a day, not once a worker.
 */
import type { Db, Session } from '#db/engine.ts';
import { decompress, isGzip } from '#lib/egress/decompress.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { describeUrl, parseHttpUrl } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { CommonSettings, FetchContext } from '../source-type.ts';
import { decode } from './body.ts';
import { calledBy, userAgentOf } from './called-by.ts';
import { mostRobotsBytes, productsOf, RobotsRules } from './robots-rules.ts';

/** What is known of one origin's file. */
export interface RobotsEntry {
  /** HTTP status; null when the server could not be reached. */
  readonly status: number | null;
  readonly body: string | null;
}

/** Where robots.txt files are kept, by origin. An entry is given back as long as it is fresh. */
export interface RobotsCache {
  get(origin: string): Promise<RobotsEntry | null>;
  set(origin: string, entry: RobotsEntry): Promise<void>;
}

/** RFC 9309, 2.4. */
const maxAgeMs = 24 * 60 * 60_000;
/** An unreachable file is asked for again soon, or a short outage would stop a day's crawl. */
const unreachableAgeMs = 60_000;

/** A server that is asked too often is asked later for the file too, as Google has it; and a part is no file. */
export const isUnreachable = ({ status }: Pick<RobotsEntry, 'status'>): boolean =>
  status === null || status < 200 || status >= 500 || status === 429 || status === 206;

const isFresh = (entry: RobotsEntry, ageMs: number): boolean =>
  ageMs < (isUnreachable(entry) ? unreachableAgeMs : maxAgeMs);

type RobotsVerdict =
  /** `delayMs`: the site's own wish for the time between two requests (`Crawl-delay`), or null. */
  | { readonly kind: 'allowed'; readonly delayMs: number | null }
  | { readonly kind: 'disallowed' }
  /** 5xx, 429 or unreachable: nothing may be fetched until the file can be read (RFC 9309, 2.3.1.4). */
  | { readonly kind: 'unknown'; readonly message: string };

/** What keeps robots.txt from being asked keeps the page from it too, and says more than "unreachable". */
const faultsOfOrigin: ReadonlySet<AppErrorCode> = new Set([
  'egress_address_refused',
  'egress_dns_failed',
  'egress_connect_failed',
  'egress_tls_failed',
]);

/** A cache in memory, at most 24 h old (RFC 9309, 2.4) and at most 1,000 origins. */
export function createRobotsMemory(now: () => number = Date.now): RobotsCache {
  const entries = new Map<string, { readonly entry: RobotsEntry; readonly at: number }>();
  return {
    async get(origin) {
      const known = entries.get(origin);
      if (!known) return null;
      return isFresh(known.entry, now() - known.at) ? known.entry : null;
    },
    async set(origin, entry) {
      const oldest = entries.size >= 1000 ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(origin, { entry, at: now() });
    },
  };
}

/** One cache in memory per HTTP client, for callers that bring none. */
const memories = new WeakMap<HttpClient, RobotsCache>();

function memoryOf(http: HttpClient): RobotsCache {
  const known = memories.get(http) ?? createRobotsMemory();
  memories.set(http, known);
  return known;
}

/**
 * Holds a fetch to the robots.txt of the address it is about to ask: the item's own, or one that a redirect
 * leads to. A site is asked for its file at most once a day per origin, and the distance it wants is kept.
 * @throws AppError `robots_disallowed`; `http_server_error`, or `redirect_host_waits` where a redirect led,
 *   while the file cannot be read; what the HTTP client throws when the origin cannot or must not be connected to
 */
export async function obeyRobots(
  url: string,
  item: Pick<WorkItem, 'requestUri' | 'requestHeaders'>,
  context: FetchContext<CommonSettings>,
): Promise<void> {
  const verdict = await verdictOn(url, item, context);
  const isElsewhere = new URL(url).host !== new URL(item.requestUri).host;
  if (verdict.kind === 'allowed') {
    const keepDistance = isElsewhere ? context.keepDistanceThere : context.keepDistance;
    return keepDistance?.(verdict.delayMs);
  }
  if (verdict.kind === 'unknown') {
    // The host that was asked is not to blame for another's.
    throw new AppError(isElsewhere ? 'redirect_host_waits' : 'http_server_error', verdict.message);
  }
  throw new AppError('robots_disallowed', `robots.txt does not allow ${describeUrl(url)}.`);
}

async function verdictOn(
  address: string,
  item: Pick<WorkItem, 'requestHeaders'>,
  context: FetchContext<CommonSettings>,
): Promise<RobotsVerdict> {
  const { http, settings, robots = memoryOf(http) } = context;
  const sender = { settings, userAgent: http.userAgent };
  const { origin } = parseHttpUrl(address);
  const question = {
    context,
    cache: robots,
    robotsUrl: `${origin}/robots.txt`,
    userAgent: userAgentOf(item, sender),
  };
  let entry = await robots.get(origin);
  if (!entry) {
    entry = await readOnce(question, origin);
    await context.politePause();
  }
  return judgeRobots(entry, question.robotsUrl, address, calledBy(item, sender));
}

interface RobotsQuestion {
  readonly context: FetchContext<CommonSettings>;
  readonly cache: RobotsCache;
  readonly robotsUrl: string;
  readonly userAgent: string;
}

/**
 * The rule of RFC 9309 2.3.1: 2xx is read; 4xx, and redirects that lead nowhere or go on and on (2.3.1.2), allow all;
 * anything else allows nothing.
 */
export function judgeRobots(
  entry: RobotsEntry,
  robotsUrl: string,
  url: string,
  userAgent: string,
): RobotsVerdict {
  const { status } = entry;
  if (isUnreachable(entry)) {
    const found = status === null ? 'could not be reached' : `answered ${status}`;
    return {
      kind: 'unknown',
      message: `${robotsUrl} ${found}, so nothing may be fetched there yet.`,
    };
  }
  if (status === null || status >= 300) return { kind: 'allowed', delayMs: null };
  const rules = rulesOf(entry);
  const products = productsOf(userAgent);
  if (!rules.allows(url, products)) return { kind: 'disallowed' };
  const seconds = rules.delayS(products);
  const delayMs = seconds !== null && seconds > 0 ? Math.round(seconds * 1000) : null;
  return { kind: 'allowed', delayMs };
}

/** A file is read once, and asked for each page. */
const read = new WeakMap<RobotsEntry, RobotsRules>();

function rulesOf(entry: RobotsEntry): RobotsRules {
  const known = read.get(entry);
  if (known) return known;
  const rules = new RobotsRules(entry.body ?? '');
  read.set(entry, rules);
  return rules;
}

const underWay = new WeakMap<RobotsCache, Map<string, Promise<RobotsEntry>>>();

/** Many items of one new origin ask at the same moment; the file is fetched for all of them. */
async function readOnce(question: RobotsQuestion, origin: string): Promise<RobotsEntry> {
  const reading = underWay.get(question.cache) ?? new Map<string, Promise<RobotsEntry>>();
  underWay.set(question.cache, reading);
  const others = reading.get(origin);
  if (others) {
    // The other read may have been aborted; that is no verdict on the file.
    const theirs = await others.catch(() => null);
    if (theirs) return theirs;
  }
  const own = readRobots(question).then(async (entry) => {
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

async function readRobots({
  context: { http, settings, signal },
  robotsUrl,
  userAgent,
}: RobotsQuestion): Promise<RobotsEntry> {
  let redirect = 302;
  try {
    const response = await http.request({
      url: robotsUrl,
      headers: { 'user-agent': userAgent, accept: 'text/plain, */*;q=0.1' },
      timeoutMs: Math.min(settings.timeout * 1000, 30_000),
      cutAt: mostRobotsBytes,
      signal,
      onRedirect({ status }) {
        redirect = status;
      },
    });
    return { status: response.status, body: await textOfFile(response.body) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AppError && faultsOfOrigin.has(error.code)) throw error;
    const leadsNowhere = error instanceof AppError && faultsOfRedirects.has(error.code);
    return { status: leadsNowhere ? redirect : null, body: null };
  }
}

const faultsOfRedirects: ReadonlySet<AppErrorCode> = new Set([
  'egress_too_many_redirects',
  'egress_url_invalid',
]);

/** It is UTF-8 (2.2), but for what is plainly UTF-16; some servers send a packed file and do not say so. */
async function textOfFile(sent: Uint8Array): Promise<string> {
  const file = isGzip(sent) ? await decompress(sent, 'gzip', mostUnpacked).catch(() => sent) : sent;
  const body = file.subarray(0, mostRobotsBytes);
  const { text } = decode({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body });
  // Without a last line that the limit has cut: half a path forbids more than the whole.
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
  return body.byteLength < mostRobotsBytes ? text : text.slice(0, end);
}

const mostUnpacked = 8 * 1024 * 1024;

/** How long a worker trusts what it has read before it looks into the database again. */
const rereadMs = 60_000;
const mostRemembered = 1000;

/** @param clock monotonic, ms; for what this process remembers only */
export function createRobotsCache(
  db: Db,
  clock: () => number = () => performance.now(),
): RobotsCache {
  const remembered = new Map<string, { readonly entry: RobotsEntry; readonly at: number }>();
  const remember = (origin: string, entry: RobotsEntry) => {
    remembered.delete(origin);
    const oldest = remembered.size >= mostRemembered ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(origin, { entry, at: clock() });
  };
  return {
    async get(origin) {
      const known = remembered.get(origin);
      if (known && !isUnreachable(known.entry) && clock() - known.at < rereadMs) return known.entry;
      const stored = await readEntry(db, origin);
      // The same file keeps its rules, which were read already.
      const isSame = stored?.status === known?.entry.status && stored?.body === known?.entry.body;
      const entry = stored && known && isSame ? known.entry : stored;
      if (entry) remember(origin, entry);
      return entry;
    },
    async set(origin, entry) {
      await db.transaction((tx) => writeEntry(tx, origin, entry));
      remember(origin, entry);
    },
  };
}

/** `http` and `https` may have different files: the first on its usual port has a row of its own. */
function hostOf(origin: string): string {
  const { protocol, host, port } = new URL(origin);
  return protocol === 'http:' && port === '' ? `${host}:80` : host;
}

async function readEntry(db: Db, origin: string): Promise<RobotsEntry | null> {
  const { engine } = db;
  const row = await db.q
    .selectFrom('hosts')
    .select((eb) => [
      'robots_status',
      'robots_body',
      engine.diffMs(eb.ref('robots_fetched_at'), engine.now()).as('age_ms'),
    ])
    .where('host', '=', hostOf(origin))
    .where('robots_fetched_at', 'is not', null)
    .executeTakeFirst();
  if (!row) return null;
  const entry = { status: row.robots_status, body: row.robots_body };
  return isFresh(entry, row.age_ms) ? entry : null;
}

async function writeEntry(tx: Session, origin: string, entry: RobotsEntry): Promise<void> {
  const host = hostOf(origin);
  const now = tx.engine.now();
  const robots = {
    robots_status: entry.status,
    robots_body: entry.body,
    robots_fetched_at: now,
    updated_at: now,
  };
  const updated = await tx.q
    .updateTable('hosts')
    .set(robots)
    .where('host', '=', host)
    .executeTakeFirst();
  if (Number(updated.numUpdatedRows) > 0) return;
  await insertHost(tx, host, robots);
}
