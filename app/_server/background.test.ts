import { describe, expect, it } from 'vitest';
import { isBackground } from './background.ts';

const page = 'http://localhost:3000/runs?status=running';

describe('a request that no person made', () => {
  it.each([
    ['a poll', 'GET', '/api/live', {}, true],
    [
      'a poll of a page whose person is there',
      'GET',
      '/api/live',
      { 'x-console-person': '1' },
      false,
    ],
    ['a stream that reconnects', 'GET', '/api/events/stream?run=1', {}, true],
    ['a refresh', 'GET', '/runs?status=running&_rsc=1x', { rsc: '1', referer: page }, true],
    ['a page of its own', 'GET', '/runs?status=running', { referer: page }, false],
    ['another page', 'GET', '/runs?_rsc=1x', { rsc: '1', referer: page }, false],
    [
      'a link fetched ahead',
      'GET',
      '/hosts?_rsc=1',
      { rsc: '1', 'next-router-prefetch': '1' },
      true,
    ],
    ['an action', 'POST', '/runs?status=running', { 'next-action': 'a', referer: page }, false],
    ['a search', 'GET', '/api/search?q=a', { referer: page }, false],
    ['an address that is none', 'GET', '//[', { rsc: '1', referer: '//[' }, true],
  ] as const)('%s', (_, method, url, headers, expected) => {
    expect(isBackground(method, url, headers)).toBe(expected);
  });
});
