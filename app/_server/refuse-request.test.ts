import { expect, it } from 'vitest';
import { refusedHeader } from './door-headers.ts';
import { refusalOf } from './refuse-request.ts';

const settings = {
  consoleOrigin: 'http://console.example.org',
  trustedProxies: [],
  allowedHosts: ['localhost'],
};
const origin = settings.consoleOrigin;
const host = 'console.example.org';
const action = { host, origin, 'next-action': 'a'.repeat(42) };

it.each([
  ['a page', 'GET', '/runs', { host }, null],
  ['an action', 'POST', '/runs', { ...action, 'content-type': 'text/plain;charset=UTF-8' }, null],
  [
    'an action with a form',
    'POST',
    '/runs',
    { ...action, 'content-type': 'multipart/form-data; boundary=x' },
    null,
  ],
  [
    'a sign-in',
    'POST',
    '/api/auth/callback/credentials',
    { host, origin, 'content-type': 'application/x-www-form-urlencoded' },
    null,
  ],
  [
    'a sign-in as JSON',
    'POST',
    '/api/auth/callback/credentials',
    { host, origin, 'content-type': 'application/json' },
    415,
  ],
  ['an unknown host', 'GET', '/runs', { host: 'evil.example' }, 421],
  ['a probe', 'GET', '/api/health/ready', { host: '10.1.2.3' }, null],
  ['a scrape', 'GET', '/metrics', { host: '10.1.2.3' }, null],
  ['a page by that name', 'GET', '/metrics-of-mine', { host: '10.1.2.3' }, 421],
  ['a foreign origin', 'POST', '/api/auth/signout', { host, origin: 'http://evil.example' }, 403],
  ['no origin', 'POST', '/runs', { host }, 403],
  ['a program', 'DELETE', '/api/v1/stop', { host, 'content-type': 'application/json' }, null],
  ['a program by another name', 'GET', '/api/v1/runs', { host: 'evil.example' }, 421],
  ['no action', 'POST', '/runs', { host, origin }, 400],
  ['an action that is none', 'POST', '/runs', { ...action, 'next-action': '../x' }, 400],
  [
    'a form without a boundary',
    'POST',
    '/',
    { ...action, 'content-type': 'multipart/form-data' },
    400,
  ],
  ['a method of routes', 'DELETE', '/runs', { host, origin }, 405],
  ['a method of nobody', 'GET', '/', { host, [refusedHeader]: 'method' }, 405],
])('%s', (_, method, pathname, headers, status) => {
  const given = new Headers(Object.entries(headers));
  const refused = refusalOf({ method, pathname, headers: given }, settings);
  expect(refused?.status ?? null).toBe(status);
});
