import { describe, expect, it } from 'vitest';
import { judgeLicences } from './licences.ts';

const judge = (licence: string, name = 'a') =>
  judgeLicences({ [licence]: [{ name, versions: ['1.0.0'] }] }).faults;

describe('a licence', () => {
  it.each(['MIT', 'Apache-2.0', '0BSD', '(MIT OR GPL-3.0)', 'MIT AND ISC', '(MIT AND Apache-2.0)'])(
    '%s is allowed',
    (licence) => {
      expect(judge(licence)).toEqual([]);
    },
  );

  it.each([
    'GPL-3.0-only',
    'AGPL-3.0',
    'LGPL-3.0-or-later',
    'MIT AND GPL-2.0',
    '(MIT OR ISC) AND GPL-2.0',
    'GPL-2.0 OR LGPL-2.1',
    'Unknown',
    'SEE LICENSE IN LICENSE',
    'UNLICENSED',
    'mit',
    '',
  ])('%s is not', (licence) => {
    expect(judge(licence)).toEqual([`a 1.0.0: ${licence}`]);
  });

  it('that is allowed for one package is so for no other', () => {
    expect(judge('OFL-1.1', '@fontsource-variable/inter')).toEqual([]);
    expect(judge('OFL-1.1')).toHaveLength(1);
    expect(judge('LGPL-3.0-or-later', '@img/sharp-libvips-linux-x64')).toEqual([]);
  });
});
