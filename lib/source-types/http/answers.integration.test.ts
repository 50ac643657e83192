import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { harness } from '#test/fetch-harness.ts';
import { startLoopbackServer } from '#test/loopback-server.ts';
import { errorIn, errorSettings } from './api-errors.ts';
import { http } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function fetched(
  body: string | Uint8Array,
  settings: JsonObject,
  contentType = 'application/json',
) {
  const server = await startLoopbackServer((asked, response) => {
    if (asked.url === '/robots.txt') response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  opened.push(server);
  const source = harness(http, { base_url: server.origin, ...settings });
  opened.push(source);
  const [item] = source.seed({ urls: ['/a'] });
  if (!item) throw new Error('no item');
  return source.fetch(item);
}

describe('JSON Lines', () => {
  it.each([
    [{ response: 'jsonl' }, 'text/plain'],
    [{}, 'application/x-ndjson; charset=utf-8'],
    [{ response: 'json' }, 'application/jsonl'],
  ])('are a list: %j, %s', async (settings, type) => {
    const outcome = await fetched('{"id":1}\n{"id":2}\n', settings, type);
    expect(outcome).toMatchObject({ kind: 'fetched', json: { text: '[{"id":1},{"id":2}]' } });
  });

  it('of 20 MB are read in a thread, and one that ends in the middle fails', async () => {
    const lines = `{"id":12345678901234567890,"text":"${'x'.repeat(1000)}"}\n`.repeat(20_000);
    const whole = await fetched(lines, { response: 'jsonl' });
    expect(whole).toMatchObject({ kind: 'fetched', json: { value: undefined } });
    const cut = await fetched(lines.slice(0, -5), { response: 'jsonl' });
    expect(cut).toMatchObject({
      kind: 'error',
      code: 'payload_invalid',
      message: expect.stringContaining('Line 20000'),
    });
  });
});

describe('data in a packed file', () => {
  const lines = '{"id":1}\n{"id":2}\n';
  const packed = gzipSync(lines);

  it('is read where data was declared, and kept as it came', async () => {
    const outcome = await fetched(packed, { response: 'jsonl' }, 'application/gzip');
    expect(outcome).toMatchObject({
      kind: 'fetched',
      json: { text: '[{"id":1},{"id":2}]' },
      contentType: 'application/json',
      received: { body: packed, charset: null },
    });
    const json = await fetched(gzipSync('{"id":1}'), { response: 'json' });
    expect(json).toMatchObject({ kind: 'fetched', json: { text: '{"id":1}' } });
    // A file of a site is a file.
    const file = await fetched(packed, {}, 'application/gzip');
    expect(file).toMatchObject({ kind: 'fetched', text: '', received: { body: packed } });
  });

  it('that is cut fails with its code, and so does what is too long', async () => {
    const cut = await fetched(packed.subarray(0, -12), { response: 'jsonl' });
    expect(cut).toMatchObject({ kind: 'error', code: 'payload_invalid' });
    const long = await fetched(gzipSync(Buffer.alloc(65 * 1024 * 1024)), { response: 'jsonl' });
    expect(long).toMatchObject({ kind: 'error', code: 'egress_too_large' });
  });
});

it.each([")]}'\n", ")]}',\r\n", ')]}\n'])(
  'JSON behind the guard %j is read without it',
  async (guard) => {
    const outcome = await fetched(`${guard}{"id":1}`, { response: 'json' });
    expect(outcome).toMatchObject({ kind: 'fetched', json: { text: '{"id":1}' } });
    if (outcome.kind !== 'fetched') throw new Error('not fetched');
    expect(Buffer.from(outcome.received?.body ?? []).toString()).toBe(`${guard}{"id":1}`);
  },
);

describe('an error in an answer 200', () => {
  it('fails the attempt with its message, small or large', async () => {
    const rules = { response: 'json', errors: { when: '$.error', message: '$.error.message' } };
    for (const padding of ['', 'x'.repeat(200_000)]) {
      const body = JSON.stringify({ error: { message: 'no\nquota ' }, padding });
      expect(await fetched(body, rules)).toMatchObject({
        kind: 'error',
        code: 'api_busy',
        message: 'The answer says that it is an error: no quota',
      });
    }
    const lasting = { ...rules, errors: { ...rules.errors, retry: false } };
    const body = JSON.stringify({ error: { message: 'x'.repeat(5000) } });
    const outcome = await fetched(body, lasting);
    expect(outcome).toMatchObject({ kind: 'error', code: 'api_error' });
    expect(outcome.kind === 'error' && outcome.message.length).toBeLessThan(400);
    expect(await fetched('{"error": null, "items": []}', rules)).toMatchObject({ kind: 'fetched' });
  });

  it.each<[string, JsonValue, string | null]>([
    ['$.error', {}, null],
    ['$.error', { error: false }, null],
    ['$.error', { error: 0 }, null],
    ['$.error', { error: '' }, null],
    ['$.errors', { errors: [] }, null],
    ['$.error', { error: 'full' }, 'full'],
    ['$.errors', { errors: [{ code: 1 }] }, '[{"code":1}]'],
    ['$.errors[*].text', { errors: [{ text: 'a' }, { text: 'b' }] }, 'a'],
    ['$.status != ok', { status: 'ok' }, null],
    ['$.status != "ok"', { status: 'ok' }, null],
    ['$.status != ok', { status: 'failed' }, 'failed'],
    ['$.status != ok', [], 'it does not say what is wrong'],
    ['$.code = 17', { code: 17 }, '17'],
    ['$.code = 17', { code: 18 }, null],
    ["$['a = b'] != c", { 'a = b': 'c' }, null],
    ['$.success != true', { success: false }, 'false'],
  ])('%s of %j is %j', (when, payload, said) => {
    expect(errorIn(payload, errorSettings.parse({ when }))).toBe(said);
  });

  it.each(['error', '$.a[', '$.a == b', '$.a != '])('told by %j is refused', (when) => {
    const result = http.settingsSchema.safeParse({ errors: { when } });
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual(['errors.when']);
  });
});

describe('a text whose charset the server names wrongly', () => {
  const russian = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
  const wide = Buffer.from('Привет', 'utf16le');
  it.each([
    ['windows-1251', russian, 'text/html; charset=utf-8', 'windows-1251'],
    ['cp1251', russian, 'text/plain', 'windows-1251'],
    ['windows-1251', russian, '', 'windows-1251'],
    ['utf-16', wide, 'text/plain', 'utf-16le'],
    ['windows-1251', Buffer.from('\ufeffПривет'), 'text/html; charset=koi8-r', 'utf-8'],
  ])('is read as %s', async (label, body, type, charset) => {
    const outcome = await fetched(body, { read_as: label }, type);
    expect(outcome).toMatchObject({
      kind: 'fetched',
      text: 'Привет',
      received: { charset },
      facts: { details: { charset } },
    });
    if (outcome.kind !== 'fetched') throw new Error('not fetched');
    expect(Buffer.from(outcome.received?.body ?? []).equals(body)).toBe(true);
  });

  it('may be JSON', async () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), russian, Buffer.from('"}')]);
    const settings = { response: 'json', read_as: 'windows-1251' };
    expect(await fetched(body, settings)).toMatchObject({ payload: { a: 'Привет' } });
  });

  it('is not read in a charset that nobody knows', () => {
    const result = http.settingsSchema.safeParse({ read_as: 'klingon-1' });
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual(['read_as']);
  });
});
