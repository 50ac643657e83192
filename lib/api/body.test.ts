/** Bodies of strangers: what is too large, too deep, compressed, of another kind, or says two things at once. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { readBody } from './body.ts';

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request('https://console.example/api/v1/runs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    // Of a stream; the types of fetch do not have it yet.
    ...{ duplex: 'half' },
  });
const read = (...given: Parameters<typeof post>) => readBody(post(...given), {});
const refused = async (...given: Parameters<typeof post>): Promise<AppError> => {
  const error: unknown = await read(...given).catch((thrown: unknown) => thrown);
  if (error instanceof AppError) return error;
  throw new Error('It was not refused.', { cause: error });
};

describe('the body of a request', () => {
  it('is read as it was written, whatever its keys are called', async () => {
    const text =
      '{"a":{"b":1,"c":[{"b":1},{"b":2}]},"b":{"b":"\\"b\\":1, \\"b\\":2"},"__proto__":{"a":1}}';
    const value = await read(text);
    expect(JSON.stringify(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    ['{"kind":"seed","kind":"recrawl"}', 'kind'],
    ['{"a":{"ids":[1],"x":{"y":1,"y":1}}}', 'y'],
    ['[{"a":1},{"a":1,"b":2,"a" \t\r\n :3}]', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('that has one key twice is refused: %s', async (text, key) => {
    expect(await refused(text)).toMatchObject({
      code: 'input_invalid',
      message: `The JSON has the key ${JSON.stringify(key)} twice.`,
    });
  });

  it.each([
    ['nested deeply', '['.repeat(500_000), /nested more than 64 levels/],
    ['of very many values', `[${'1,'.repeat(200_000)}1]`, /more than 100000 values/],
    [
      'of an object of very many keys',
      `{${Array.from({ length: 6_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
      /more than 5000 keys/,
    ],
    ['that ends in a text', '{"a":"', /no JSON/],
    ['that ends in a key', '{"a', /no JSON/],
    ['in UTF-16', Buffer.from('\ufeff{"kind":"seed"}', 'utf16le'), /no UTF-8/],
  ])('%s is refused, and says why', async (_, text, why) => {
    const error = await refused(text);
    expect(error.code).toBe('input_invalid');
    expect(error.message).toMatch(why);
    expect(error.message.length).toBeLessThan(300);
  });

  it.each(['gzip', 'br', 'deflate', 'GZIP', 'zstd', 'identity, gzip'])(
    'compressed by %s is refused unread',
    async (coding) => {
      const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
      expect(await refused(bomb, { 'content-encoding': coding })).toMatchObject({
        code: 'content_type_refused',
      });
    },
  );

  it.each([
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/jsonp',
    'text/csv',
    'application/x-ndjson',
  ])('of the type %s is refused', async (type) => {
    expect(await refused('{}', { 'content-type': type })).toMatchObject({
      code: 'content_type_refused',
    });
  });

  it('without end is left at its bound, however it is sent', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 64 * 1024;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
    });
    expect(await refused(endless)).toMatchObject({ code: 'body_too_large' });
    // What a stream holds ahead of its reader comes on top.
    expect(sent).toBeLessThan(1024 * 1024 + 4 * 64 * 1024);
  });
});
