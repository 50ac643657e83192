/**
 * What a page of the web is checked for by the tools of browser makers: that it arrives compressed and is
 * kept where it may be, blocks nothing, shifts nothing, names itself, and asks nobody but its own server.
 * Limits are those of Lighthouse (https://developer.chrome.com/docs/lighthouse).
 */
import type { Page, Response } from '@playwright/test';
import type { Vitals } from './vitals.ts';

interface PageFacts {
  readonly errors: readonly string[];
  readonly responses: readonly Response[];
  readonly document: Response;
  readonly html: string;
  readonly vitals: Vitals;
  readonly dom: DomFacts;
}

interface DomFacts {
  readonly title: string;
  readonly lang: string;
  readonly description: string;
  readonly viewport: string;
  readonly headings: number;
  readonly elements: number;
  readonly unsizedImages: number;
  readonly deadLinks: number;
}

const headerOf = (response: Response, name: string) => response.headers()[name] ?? '';
const lengthOf = (response: Response) => Number(headerOf(response, 'content-length') || 0);
const isText = (response: Response) =>
  /text\/(?!event-stream)|javascript|json|svg/.test(headerOf(response, 'content-type'));
const isStatic = (response: Response) => response.url().includes('/_next/static/');
/** Below this, compressing is not worth it. */
const smallBytes = 1_400;

const checks: Readonly<Record<string, (facts: PageFacts) => boolean>> = {
  'no error in the browser': ({ errors }) => errors.length === 0,
  'every answer is a good one': ({ responses }) => responses.every((one) => one.status() < 400),
  'nothing from elsewhere': ({ responses, document }) =>
    responses.every((one) => new URL(one.url()).origin === new URL(document.url()).origin),
  'text is compressed': ({ responses }) =>
    responses.every(
      (one) =>
        !isText(one) ||
        headerOf(one, 'content-encoding') !== '' ||
        (lengthOf(one) > 0 && lengthOf(one) < smallBytes) ||
        one.status() === 304,
    ),
  'static files are kept for good': ({ responses }) =>
    responses.filter(isStatic).every((one) => headerOf(one, 'cache-control').includes('immutable')),
  'the document is kept by nobody': ({ document }) =>
    /no-store|no-cache/.test(headerOf(document, 'cache-control')),
  'a content security policy': ({ document }) =>
    headerOf(document, 'content-security-policy').includes("default-src 'self'"),
  'no sniffing, no framing': ({ document }) =>
    headerOf(document, 'x-content-type-options') === 'nosniff' &&
    headerOf(document, 'x-frame-options') === 'DENY',
  'fonts are woff2': ({ responses }) =>
    responses
      .filter((one) => one.request().resourceType() === 'font')
      .every((one) => one.url().endsWith('.woff2')),
  'a title of its own': ({ dom }) => /.+ · Holocron Ingest$/.test(dom.title),
  'a language and a description': ({ dom }) => dom.lang !== '' && dom.description !== '',
  'may be zoomed': ({ dom }) =>
    dom.viewport.includes('width=device-width') && !/user-scalable=no|maximum/.test(dom.viewport),
  'one first heading': ({ dom }) => dom.headings === 1,
  'at most 1,500 elements beside the rows of lists': ({ dom }) => dom.elements <= 1_500,
  'no script blocks the first paint': ({ html }) =>
    [...html.matchAll(/<script\b[^>]*\bsrc=[^>]*>/gi)].every(([tag]) =>
      /\b(?:async|defer|nomodule)\b|type="module"/i.test(tag),
    ),
  'images have their size': ({ dom }) => dom.unsizedImages === 0,
  'links lead somewhere': ({ dom }) => dom.deadLinks === 0,
  'nothing shifts': ({ vitals }) => vitals.layoutShift < 0.01,
  'the largest paint within 2.5 s': ({ vitals }) => vitals.largestPaintMs <= 2_500,
  'blocked for 200 ms at most': ({ vitals }) => vitals.blockedMs <= 200,
};

export const checkCount = Object.keys(checks).length;

/** Begins to watch before the page loads; the function it returns names the checks that failed. */
export function watchPage(
  page: Page,
): (document: Response, vitals: Vitals) => Promise<readonly string[]> {
  const errors: string[] = [];
  const responses: Response[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('response', (response) => {
    if (response.url().startsWith('http')) responses.push(response);
  });
  return async (document, vitals) => {
    const html = await document.text();
    const facts = { errors, responses, document, html, vitals, dom: await readDom(page) };
    return Object.entries(checks).flatMap(([name, holds]) => (holds(facts) ? [] : [name]));
  };
}

function readDom(page: Page): Promise<DomFacts> {
  return page.evaluate(() => {
    const all = (selector: string) => document.querySelectorAll(selector);
    const contentOf = (name: string) =>
      document.querySelector(`meta[name=${name}]`)?.getAttribute('content') ?? '';
    return {
      title: document.title,
      lang: document.documentElement.lang,
      description: contentOf('description'),
      viewport: contentOf('viewport'),
      headings: all('h1').length,
      elements: all('*').length - all('tbody *').length,
      unsizedImages: all('img:not([width][height])').length,
      deadLinks: all('a:not([href]), a[href=""], a[href^="javascript:"]').length,
    };
  });
}
