import { describe, expect, it } from 'vitest';
import { isInClear, isLoopbackHost } from './clear-text.ts';

describe('the machine at hand', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'console.localhost',
    '127.0.0.1',
    '127.255.3.4',
    '::1',
    '[::1]',
  ])('is %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    '',
    'example.org',
    'localhost.example.org',
    'notlocalhost',
    '127.0.0.1.example.org',
    '127.0.0',
    '128.0.0.1',
    '10.0.0.1',
    '0.0.0.0',
    '[::]',
    '[::2]',
  ])('is not %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('an address', () => {
  it.each([
    ['https://console.example.org', false],
    ['http://console.example.org', true],
    ['HTTP://CONSOLE.example.org', true],
    ['http://10.0.0.5:3000', true],
    ['http://localhost:3000', false],
    ['http://[::1]:3000', false],
    // The parser of addresses makes 127.0.0.1 of all of these.
    ['http://2130706433/', false],
    ['http://0x7f.1/', false],
    // What is before the @ is no host.
    ['http://localhost@console.example.org/', true],
    ['http://localhost:80#@console.example.org/', false],
  ])('%s is in clear: %s', (address, inClear) => {
    expect(isInClear(new URL(address))).toBe(inClear);
  });
});
