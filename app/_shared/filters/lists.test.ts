/** What the filters of all lists have in common. */
import { describe, expect, it } from 'vitest';
import type { ListWords } from '#lib/filters/filter.ts';
import { readTyped } from '#lib/filters/typed.ts';
import { checkOf, filtersOf } from './check-value.ts';
import { listNames } from './list-names.ts';

const clock = { now: '2026-03-30T10:30:00.000Z', zone: 'Europe/Berlin' };
/** What addresses of lists have beside filters. */
const others = ['cursor', 'find', 'sort', 'dir', 'view', 'tab', 'window', 'launch'];

const described = ({ groups }: ListWords) => groups.flatMap(({ filters }) => filters);

describe.each(listNames)('the filters of %s', (list) => {
  const set = filtersOf(list);
  const typed = (text: string) => readTyped(set.words, text, clock, checkOf(list, clock));

  it('have names of their own, whatever they are called by', () => {
    const names = described(set.words).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    // Hosts have had their states as `view`.
    expect(names.filter((name) => others.includes(name) && list !== 'hosts')).toEqual([]);
    expect([...set.words.names].sort()).toEqual(
      described(set.words)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('take text, and a time, without a name', () => {
    const { text, time } = set.words.bare;
    expect(typed('no such thing').changes).toEqual({ [String(text)]: 'no such thing' });
    expect(typed('yesterday').changes).toEqual({ [String(time)]: 'yesterday' });
    expect(typed('last 7 days').problem).toBeNull();
  });

  it('are each set by their name and a value that the address reads', () => {
    for (const { name, kind, options, examples, isHidden } of described(set.words)) {
      if (isHidden) continue;
      const value =
        kind === 'flag'
          ? 'yes'
          : kind === 'date'
            ? 'last 7 days'
            : (options?.[0]?.value ?? examples?.[0] ?? sampleOf(name));
      const { changes, problem } = typed(`${name}:"${value}"`);
      expect(problem, name).toBeNull();
      const { problems } = set.read({ [name]: changes[name] ?? '' }, clock);
      expect(problems, name).toEqual([]);
    }
  });

  it('say what is wrong, and what helps', () => {
    for (const { name, kind, isHidden } of described(set.words)) {
      if (isHidden || kind === 'text') continue;
      const { problem } = typed(`${name}:"no such value"`);
      expect(problem?.message, name).toMatch(/must be|is set by/);
      expect(problem?.remedy, name).not.toBe('');
    }
  });
});

const sampleOf = (name: string) =>
  name === 'parent' || name === 'run' || name === 'from' || name === 'item'
    ? '0192f7a0-0000-7000-8000-000000000001'
    : name === 'error'
      ? 'http_server_error'
      : 'sample';
