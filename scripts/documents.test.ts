/** What the documents say of each other: links lead somewhere, and the index of decisions is complete. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inRoot } from './support/root.ts';

const read = (file: string) => readFileSync(inRoot(file), 'utf8');
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The fragments that GitHub gives the headings of a document. */
function fragmentsOf(file: string): Set<string> {
  const headings = [...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(headings);
}

async function documents(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('{*.md,docs/**/*.md}', { cwd: inRoot() })) found.push(file);
  return found.sort();
}

describe('the documents', () => {
  it('link to files and headings that exist', async () => {
    const files = await documents();
    expect(files).toContain('README.md');
    const broken = files.flatMap((file) =>
      [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [to = '', fragment] = link.split('#');
          const target = to === '' ? file : path.join(path.dirname(file), to);
          if (!existsSync(inRoot(target))) return true;
          return fragment !== undefined && !fragmentsOf(target).has(fragment);
        })
        .map((link) => `${file}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

interface Decision {
  readonly number: number;
  readonly title: string;
  readonly status: string;
}

/** Numbers after a word of a status: `amended by 16, 20` has 16 and 20. */
const numbersAfter = (word: string, status: string): number[] =>
  new RegExp(`${word} ([\\d, ]+)`).exec(status)?.[1]?.split(',').map(Number) ?? [];

describe('the decisions', () => {
  const names = readdirSync(inRoot('docs/decisions'))
    .filter((name) => /^\d/.test(name))
    .sort();
  const decisions = names.map((name): Decision => {
    const head = /^# (\d+)\. (.+)\n\n\d{4}-\d\d-\d\d · (.+)\n\n/.exec(
      read(`docs/decisions/${name}`),
    );
    if (!head) throw new Error(`${name} does not begin with number, title, date and status`);
    const [, number, title = '', status = ''] = head;
    return { number: Number(number), title, status };
  });

  it('are numbered from 1 without gaps, each in a file of its number', () => {
    expect(decisions.map(({ number }) => number)).toEqual(decisions.map((_, at) => at + 1));
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, at) => at + 1));
  });

  it('stand in the index with the title and status they have', () => {
    const rows = [
      ...read('docs/decisions/README.md').matchAll(
        /^\| (\d+) +\| \[(.+)\]\((.+)\) +\| (.+?) +\|$/gm,
      ),
    ];
    expect(
      rows.map(([, number, title, name, status]) => [Number(number), title, name, status]),
    ).toEqual(decisions.map(({ number, title, status }, at) => [number, title, names[at], status]));
  });

  it('have one of the statuses, and later ones agree about what they replaced', () => {
    for (const { number, status } of decisions) {
      expect(status, `decision ${number}`).toMatch(
        /^(accepted|superseded by \d+)( · amends \d+(, \d+)*)?( · amended by \d+(, \d+)*)?$/,
      );
      for (const later of numbersAfter('amended by', status)) {
        const agrees = numbersAfter('amends', decisions[later - 1]?.status ?? '').includes(number);
        expect(agrees && later > number, `${later} amends ${number}`).toBe(true);
      }
      for (const earlier of numbersAfter('amends', status)) {
        const known = numbersAfter('amended by', decisions[earlier - 1]?.status ?? '');
        expect(known.includes(number), `${earlier} is amended by ${number}`).toBe(true);
      }
      for (const later of numbersAfter('superseded by', status))
        expect(later).toBeGreaterThan(number);
    }
  });
});
