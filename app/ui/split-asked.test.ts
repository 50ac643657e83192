import { expect, it } from 'vitest';
import { splitAsked } from './split-asked.ts';

it.each([
  ['/runs?do=launch', '/runs', 'launch'],
  [
    '/hosts?name=wiki.example&do=unblock-wiki.example',
    '/hosts?name=wiki.example',
    'unblock-wiki.example',
  ],
  [
    '/failures?do=retry-http_server_error%20500%20a.b',
    '/failures',
    'retry-http_server_error 500 a.b',
  ],
  ['?do=go-on', '', 'go-on'],
  ['/runs?do=', '/runs', null],
  // What asks for nothing stays as it is written.
  ['/work-items?uri=a%20b?c', '/work-items?uri=a%20b?c', null],
  ['/sources', '/sources', null],
])('%s leads to %s and asks for %s', (whole, href, asked) => {
  expect(splitAsked(whole)).toEqual({ href, asked });
});
