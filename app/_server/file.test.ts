import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { receivedFile } from './file.ts';

const body = Buffer.from('<script>alert(1)</script>\0\xff', 'latin1');
const sha256 = createHash('sha256').update(body).digest('hex');
const file = (contentType: string | null) =>
  receivedFile({ name: '0198', body, sha256, contentType, charset: null });

describe('what was received, as a file', () => {
  it('has the bytes, their number and their hash', async () => {
    const response = file('image/png');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
    expect(response.headers.get('content-length')).toBe(String(body.byteLength));
    expect(response.headers.get('repr-digest')).toBe(
      `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    );
  });

  it.each([
    ['text/html', '0198.html'],
    ['image/svg+xml', '0198.svg'],
    ['application/xhtml+xml', '0198.xhtml'],
    ['application/ld+json', '0198.json'],
    ['audio/mpeg', '0198.mp3'],
    ['text/plain', '0198.txt'],
    ['application/x-msdownload', '0198.bin'],
    ['text/x"; filename="evil.exe', '0198.bin'],
    [null, '0198.bin'],
  ])('of type %s is saved as %s, and is nothing that runs here', (type, name) => {
    const { headers } = file(type);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
