import { describe, expect, it } from 'vitest';
import { attachmentNamed } from './attachment.ts';

describe('the name of a file that is saved', () => {
  it.each([
    ['0198c0de.json', '0198c0de.json'],
    ['left items.csv', 'left items.csv'],
    ['a"; filename="evil.exe', 'a_; filename=_evil.exe'],
    ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie_ x=1'],
    ['a\0.txt', 'a_.txt'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\windows\\system.ini', '_.._windows_system.ini'],
    ['.htaccess', 'htaccess'],
    ['..', 'file'],
    ['', 'file'],
    ['   ', 'file'],
    ['report. . .', 'report'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['console.txt', 'console.txt'],
    ['c:\\x', 'c__x'],
    ['%2e%2e%2fx', '_2e_2e_2fx'],
    ['\u202etxt.exe', '_txt.exe'],
    ['\u2067a\u2069.pdf', '_a_.pdf'],
    ['a\u200bb\ufeff.txt', 'a_b_.txt'],
  ])('%j is sent as %j', (name, sent) => {
    expect(attachmentNamed(name)).toBe(`attachment; filename="${sent}"`);
  });

  it.each([
    ['größer.csv', 'gr__er.csv', 'gr%C3%B6%C3%9Fer.csv'],
    ['日本.json', '__.json', '%E6%97%A5%E6%9C%AC.json'],
    ["ø'(1)*!.txt", "_'(1)_!.txt", '%C3%B8%27%281%29_!.txt'],
    ['🦉.txt', '__.txt', '%F0%9F%A6%89.txt'],
  ])('%s is told in ASCII, and as it is', (name, ascii, asItIs) => {
    expect(attachmentNamed(name)).toBe(
      `attachment; filename="${ascii}"; filename*=UTF-8''${asItIs}`,
    );
  });

  it('of 300 characters is cut, and keeps its ending', () => {
    expect(attachmentNamed(`${'x'.repeat(300)}.json`)).toBe(
      `attachment; filename="${'x'.repeat(115)}.json"`,
    );
    expect(attachmentNamed(`x.${'y'.repeat(300)}`)).toBe(
      `attachment; filename="x.${'y'.repeat(118)}"`,
    );
    const owls = attachmentNamed(`${'🦉'.repeat(300)}.txt`);
    expect(owls).not.toContain('%EF%BF%BD');
    expect(owls).toMatch(/%F0%9F%A6%89\.txt$/);
  });

  it('of whatever there is stays one header of one name', () => {
    const hard = ['"', '\\', '\r', '\n', ';', '=', "'", '%', '\u2028', '\ud800', 'é', '/', '.'];
    for (const one of hard)
      for (const other of hard) {
        const value = attachmentNamed(`a${one}b${other}`);
        expect(value).toMatch(
          /^attachment; filename="[^"\\/\r\n%]*"(?:; filename\*=UTF-8''[\w.%!&$+^~`|#-]+)?$/,
        );
        expect(new Headers({ 'content-disposition': value }).get('content-disposition')).toBe(
          value,
        );
      }
  });
});
