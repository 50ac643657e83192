/** docs/security.md: every requirement of ASVS 5.0, levels 1 and 2, once; with a file that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRoot } from './support/root.ts';

const read = (file: string) => readFileSync(inRoot(file), 'utf8');
const document = read('docs/security.md');

const states = ['met', 'deployment', 'partly', 'not met', 'n/a'] as const;

const rows = document.split('\n').flatMap((line) => {
  const [, id, level, state, how = '', shown = ''] =
    /^\| (\d+\.\d+\.\d+) +\| (\d) +\| ([\w/ ]+?) +\| (.*?) +\| (.*?) *\|$/.exec(line) ?? [];
  return id === undefined ? [] : [{ id, level, state, how, shown }];
});

/** Of the standard's own list: https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/docs_en. */
const required = read('test/asvs-5.0-level-2.txt').trim().split('\n');

describe('docs/security.md', () => {
  it('has each requirement of levels 1 and 2 once, in the order of the standard', () => {
    expect(rows.map(({ id, level }) => `${id} ${level}`)).toEqual(required);
  });

  it('says of each how it is met, and names a test that is there', () => {
    for (const { id, state = '', how, shown } of rows) {
      expect(states, id).toContain(state);
      expect(how.length, id).toBeGreaterThan(2);
      const [, file] = /^\[[^\]]+\]\(\.\.\/([^)]+)\)$/.exec(shown) ?? [];
      if (state === 'met') expect(file, id).toBeDefined();
      if (file !== undefined) {
        expect(existsSync(inRoot(file)), `${id}: ${file}`).toBe(true);
        expect(file, id).toMatch(/\.(test|spec)\.ts$/);
      }
    }
  });

  it('counts its states', () => {
    for (const state of states) {
      const counted = rows.filter((row) => row.state === state).length;
      expect(document).toMatch(new RegExp(`^\\| ${state} +\\|.*\\| +${counted} \\|$`, 'm'));
    }
  });
});
