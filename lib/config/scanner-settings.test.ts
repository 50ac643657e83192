import { expect, it } from 'vitest';
import { scannerSettings } from './scanner-settings.ts';

it.each([
  ['clamd', { host: 'clamd', port: 3310 }],
  ['clamd.internal:3311', { host: 'clamd.internal', port: 3311 }],
  ['[::1]:3310', { host: '::1', port: 3310 }],
  ['/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ['clamd:0', null],
  ['clamd:65536', null],
  ['tcp://clamd:3310', null],
  ['::1', null],
  ['a b', null],
])('%s is where a scanner listens: %j', (text, settings) => {
  expect(scannerSettings(text)).toEqual(settings);
});
