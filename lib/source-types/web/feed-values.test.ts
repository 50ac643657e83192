import { describe, expect, it } from 'vitest';
import { decodeFeed, momentOf } from './feed-values.ts';

describe('a moment of a feed', () => {
  it.each([
    ['Mon, 30 Nov 2026 09:31:37 GMT', '2026-11-30T09:31:37.000Z'],
    ['Tuesday, 30 November 2026 09:31 EST', '2026-11-30T14:31:00.000Z'],
    ['Mo, 30 Nov 26 09:31:37 CET', '2026-11-30T08:31:37.000Z'],
    ['30 Nov 2026', '2026-11-30T00:00:00.000Z'],
    ['2026-11-30', '2026-11-30T00:00:00.000Z'],
    ['2026-11-30 09:31:37', '2026-11-30T09:31:37.000Z'],
    ['2026-11-30T09:31:37.25-0500', '2026-11-30T14:31:37.250Z'],
    ['2026-11', '2026-11-01T00:00:00.000Z'],
    ['Mon Nov 30 09:31:37 2026', '2026-11-30T09:31:37.000Z'],
    ['Mon Nov  3 09:31:37 EST 2026', '2026-11-03T14:31:37.000Z'],
    ['Nov 30, 2026 12:05 AM', '2026-11-30T00:05:00.000Z'],
    ['November 30, 2026, 4:05 PM PST', '2026-12-01T00:05:00.000Z'],
    ['Mon,30 Nov 2026 9:1:7 GMT', '2026-11-30T09:01:07.000Z'],
    ['Mon, 30 Nov 2026 09:31:37.25 GMT+2', '2026-11-30T07:31:37.000Z'],
    ['Mon, 30 Nov 2026 09:31:37 UTC-0330', '2026-11-30T13:01:37.000Z'],
    ['20261130T093137Z', '2026-11-30T09:31:37.000Z'],
    ['20261130', '2026-11-30T00:00:00.000Z'],
    ['1796031097', '2026-11-30T09:31:37.000Z'],
    ['1796031097250', '2026-11-30T09:31:37.250Z'],
  ])('%s', (text, moment) => {
    expect(momentOf(text)).toBe(moment);
  });

  it.each([
    '',
    'yesterday',
    '31 Feb 2026',
    '2026-02-31',
    '0000-00-00 00:00:00',
    '2026-11-30T99:00:00Z',
    '20261340',
    '12345678901',
    'Nov 30, 2026 14:05 ABC',
    '30/11/2026',
  ])('is not "%s"', (text) => {
    expect(momentOf(text)).toBeNull();
  });
});

describe('the encoding of a feed', () => {
  const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);
  const decoded = (body: Uint8Array, type = '') =>
    decodeFeed({ headers: type === '' ? {} : { 'content-type': type }, body }).text;

  it('is what its bytes are, whatever it says', () => {
    const said = (name: string) => `<?xml version="1.0" encoding="${name}"?><rss>Café – “x”</rss>`;
    expect(decoded(bytes(said('iso-8859-1'), 'utf8'))).toContain('Café – “x”');
    expect(decoded(bytes(said('utf-8'), 'utf8'), 'text/xml; charset=us-ascii')).toContain('Café –');
    expect(decoded(bytes('<?xml version="1.0" encoding="utf-8"?><rss>Café', 'latin1'))).toContain(
      'Café',
    );
    expect(
      decoded(
        bytes('<?xml version="1.0" encoding="iso-8859-2"?><rss>\u00a1', 'latin1'),
        'text/xml; charset=utf-8',
      ),
    ).toContain('Ą');
    expect(decoded(bytes('\ufeff<rss>Café', 'utf8'))).toBe('<rss>Café');
    expect(decoded(bytes(said('utf-16'), 'utf16le'))).toContain('Café – “x”');
  });

  it('is not given up for one character that was cut', () => {
    const cut = Buffer.concat([
      bytes('<rss>Café – „Öl', 'utf8'),
      Buffer.from([0xc3]),
      bytes('</rss>', 'utf8'),
    ]);
    expect(decoded(cut)).toContain('Café – „Öl\ufffd');
  });
});
