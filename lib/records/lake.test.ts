import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LakeEntry, lakePath, removeFromLake, safeName, writeToLake } from './lake.ts';

const entry = (over: Partial<LakeEntry> = {}): LakeEntry => ({
  sourceSystem: 'mediawiki',
  sourceName: 'wiki',
  resourceType: 'page',
  resourceId: 'yoda',
  ingestId: '019a0b1c-2d3e-7f40-8a5b-6c7d8e9fa0b1',
  fetchedAt: '2026-01-31T09:15:07.123Z',
  document: { payload: { title: 'Yoda' } },
  ...over,
});

let base = '';
beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'lake-'));
});
afterEach(async () => {
  await chmod(base, 0o700);
  await rm(base, { recursive: true, force: true });
});

describe('the path of a lake file', () => {
  it('names source, type, resource, time and record', () => {
    expect(lakePath(entry())).toBe('mediawiki/wiki/page/yoda_20260131_091507_019a0b1c.json');
  });

  it.each([
    ['a long non-Latin title', '銀河'.repeat(250)],
    ['a path', '../../etc/passwd'],
    ['a URL', 'https://example.org/a?b=c&d=%2F'],
    ['a device name', 'NUL'],
    ['control and reserved characters', 'a\u0000b:c*d"e<f>g|h\\i'],
    ['dots', '..'],
    ['a lone surrogate', '\ud800'],
  ])('is safe for %s', (_, resourceId) => {
    const parts = lakePath(entry({ resourceId })).split('/');
    expect(parts).toHaveLength(4);
    for (const part of parts) {
      expect(part).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
      expect(Buffer.byteLength(part)).toBeLessThan(200);
    }
  });

  it('keeps apart what a file system could take for the same', () => {
    const ids = [
      'Star_Wars',
      'star_wars',
      'STAR_WARS',
      'Star Wars',
      'Star/Wars',
      'star_wars.',
      'é',
      'e\u0301',
    ];
    expect(new Set(ids.map((id) => safeName(id).toLowerCase())).size).toBe(ids.length);
  });
});

describe('writing to the lake', () => {
  it('leaves one whole file and no temporary one', async () => {
    const relative = await writeToLake(entry(), { baseDir: base, prettyPrint: true });
    const text = await readFile(path.join(base, relative), 'utf8');
    expect(text).toBe('{\n  "payload": {\n    "title": "Yoda"\n  }\n}\n');
    expect(await readdir(path.join(base, path.dirname(relative)))).toHaveLength(1);
  });

  it('never overwrites an earlier fetch of the same second', async () => {
    const first = await writeToLake(entry(), { baseDir: base, prettyPrint: false });
    const second = await writeToLake(entry({ document: { payload: 2 } }), {
      baseDir: base,
      prettyPrint: false,
    });
    expect(second).not.toBe(first);
    expect(JSON.parse(await readFile(path.join(base, first), 'utf8'))).toEqual({
      payload: { title: 'Yoda' },
    });
  });

  it('says so when it cannot write, and leaves nothing behind', async () => {
    const file = path.join(base, 'not-a-directory');
    await writeFile(file, '');
    await expect(writeToLake(entry(), { baseDir: file, prettyPrint: false })).rejects.toMatchObject(
      {
        code: 'lake_write_failed',
      },
    );
    expect(await readdir(base)).toEqual(['not-a-directory']);
  });

  it.skipIf(process.platform === 'win32')(
    'is no business of other users of the machine, whatever the umask',
    async () => {
      const before = process.umask(0);
      try {
        const relative = await writeToLake(entry(), { baseDir: base, prettyPrint: false });
        const modes = [path.dirname(relative), relative].map(async (one) =>
          ((await stat(path.join(base, one))).mode & 0o777).toString(8),
        );
        expect(await Promise.all(modes)).toEqual(['750', '640']);
      } finally {
        process.umask(before);
      }
    },
  );

  it('takes a file back', async () => {
    const options = { baseDir: base, prettyPrint: false };
    const relative = await writeToLake(entry(), options);
    await removeFromLake(relative, options);
    await expect(readFile(path.join(base, relative))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
