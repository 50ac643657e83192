/**
 * What a person types into the filter box of any list: `status:failed updated:yesterday`, `http:500`, `500`, `"with
 * blanks"`. A word before a colon names a filter, by its parameter, its label or another name of it; what has no name
 * goes to the list's filter by text. Pure; the same in the browser and, for forms that are sent before its code has
 * come, on the server.
 */
import { nearest } from '#lib/config/zod-hints.ts';
import type { DescribedFilter, ListWords } from './filter.ts';
import { readSpan } from './spans.ts';
import type { LocalClock } from './zones.ts';

export interface TypedProblem {
  readonly message: string;
  readonly remedy: string;
}

export interface Typed {
  /** By parameter, what the address gets; null removes it. */
  readonly changes: Readonly<Record<string, string | null>>;
  readonly problem: TypedProblem | null;
}

/** The filter whose value stands at the end of the text, while it is being typed. */
export interface Unfinished {
  readonly filter: DescribedFilter;
  readonly value: string;
  /** What stands before it. */
  readonly before: string;
}

/** Checks a value as the address will be read; null = it is right, else what it must be. */
export type CheckValue = (name: string, value: string) => string | null;

const folded = (word: string) => word.toLowerCase().replaceAll(/[\s_-]/g, '');

const namesOf = ({ name, label, aliases = [] }: DescribedFilter) =>
  [name, label, ...aliases].map(folded);

const allOf = ({ groups }: ListWords): DescribedFilter[] =>
  groups.flatMap((group) => group.filters);

/** The filter of a name, as a person writes it. */
export function filterNamed(words: ListWords, name: string): DescribedFilter | undefined {
  const wanted = folded(name);
  return (
    allOf(words).find((filter) => filter.name === name) ??
    allOf(words).find((filter) => namesOf(filter).includes(wanted))
  );
}

const keyPattern = /(?:^|\s)([\p{L}][\p{L}_-]*):(?!\/\/)/gu;

interface Part {
  readonly filter: DescribedFilter | null;
  readonly text: string;
}

/** The text in front of the first filter, then each filter with all that stands behind its colon. */
function partsOf(words: ListWords, text: string): Part[] {
  const keys = [...text.matchAll(keyPattern)].flatMap((match) => {
    const filter = filterNamed(words, match[1] ?? '');
    if (filter === undefined || isQuoted(text, match.index)) return [];
    return [{ filter, at: match.index, end: match.index + match[0].length }];
  });
  const first = text.slice(0, keys[0]?.at ?? text.length);
  return [
    { filter: null, text: first },
    ...keys.map(({ filter, end }, at) => ({
      filter,
      text: text.slice(end, keys[at + 1]?.at ?? text.length),
    })),
  ];
}

/** Inside of quotation marks a colon is a letter like others. */
const isQuoted = (text: string, at: number) => (text.slice(0, at).split('"').length - 1) % 2 === 1;

/** Null where the end of the text is no value of a filter. */
export function unfinishedIn(words: ListWords, text: string): Unfinished | null {
  const last = partsOf(words, text).at(-1);
  if (!last?.filter) return null;
  const value = last.text.trimStart();
  // A value is one word or a time: what stands behind another blank is text.
  if (last.filter.kind !== 'date' && /\s/.test(value) && !value.startsWith('"')) return null;
  const before = text.slice(0, text.length - last.text.length).replace(/\S+:$/u, '');
  return { filter: last.filter, value: value.replaceAll('"', ''), before };
}

export function readTyped(
  words: ListWords,
  text: string,
  clock: LocalClock,
  check: CheckValue,
): Typed {
  const changes: Record<string, string | null> = {};
  const bare: string[] = [];
  for (const { filter, text: part } of partsOf(words, text)) {
    if (filter === null) {
      bare.push(part);
      continue;
    }
    const { value, rest } = valueAndRest(filter, part, clock);
    bare.push(rest);
    const read = readValue(filter, value, check);
    if ('problem' in read) return { changes: {}, problem: read.problem };
    changes[filter.name] = read.value;
  }
  const others = bare.join(' ').trim();
  if (others === '') return { changes, problem: null };
  const mistake = unknownName(words, others);
  if (mistake) return { changes: {}, problem: mistake };
  const taken = takeBare(words, others, clock);
  if (taken === null) {
    return {
      changes: {},
      problem: {
        message: `“${others}” is no filter of this list.`,
        remedy: 'Write its name and a value, such as status:failed.',
      },
    };
  }
  const [name, value] = taken;
  const fault = check(name, value);
  return fault === null
    ? { changes: { ...changes, [name]: value }, problem: null }
    : { changes: {}, problem: problemOf(filterNamed(words, name)?.label ?? name, fault) };
}

/** Where text without a name goes: a status to its filter, a time to its own, all else is searched for. */
function takeBare(
  { bare }: ListWords,
  text: string,
  clock: LocalClock,
): readonly [string, string] | null {
  if (bare.number !== undefined && /^[1-5]\d\d$/.test(text)) return [bare.number, text];
  if (bare.time !== undefined && !/^\d/.test(text) && readSpan(text, clock) !== null) {
    return [bare.time, text];
  }
  return bare.text === undefined ? null : [bare.text, unquoted(text)];
}

const unquoted = (text: string) => text.replaceAll('"', '').trim();

/** The value of a filter, and the text behind it, which is none of it. */
function valueAndRest(
  filter: DescribedFilter,
  part: string,
  clock: LocalClock,
): { readonly value: string; readonly rest: string } {
  const text = part.trimStart();
  const quoted = /^"([^"]*)"?(.*)$/s.exec(text);
  if (quoted) return { value: quoted[1] ?? '', rest: quoted[2] ?? '' };
  const tokens = text.split(/\s+/).filter((word) => word !== '');
  if (filter.kind === 'date') {
    // As many of the words as make a time.
    for (let count = tokens.length; count > 1; count -= 1) {
      const value = tokens.slice(0, count).join(' ');
      if (readSpan(value, clock)) return { value, rest: tokens.slice(count).join(' ') };
    }
  }
  // A comma goes on with the next word.
  let count = 1;
  while (count < tokens.length && filter.kind === 'choices' && tokens[count - 1]?.endsWith(',')) {
    count += 1;
  }
  const label = labelAtStart(filter, text);
  if (label !== null) return { value: label, rest: text.slice(label.length) };
  return { value: tokens.slice(0, count).join(' '), rest: tokens.slice(count).join(' ') };
}

/** A value of several words, as it is shown: `In progress`. */
const labelAtStart = ({ options = [] }: DescribedFilter, text: string): string | null => {
  const found = options.find(
    ({ label }) => label.includes(' ') && text.toLowerCase().startsWith(label.toLowerCase()),
  );
  return found ? text.slice(0, found.label.length) : null;
};

const no = new Set(['no', 'false', '0', 'any', 'none']);

function readValue(
  filter: DescribedFilter,
  given: string,
  check: CheckValue,
): { readonly value: string | null } | { readonly problem: TypedProblem } {
  const { kind, options = [], label } = filter;
  const text = given.trim();
  if (kind === 'flag') {
    if (['', 'yes', 'true', '1'].includes(text.toLowerCase())) return { value: '1' };
    if (no.has(text.toLowerCase())) return { value: null };
    return { problem: problemOf(label, 'is set by yes, or taken away by no') };
  }
  if (text === '') return { problem: problemOf(label, 'has no value yet') };
  const value =
    kind === 'choices'
      ? text
          .split(',')
          .map((one) => optionOf(options, one))
          .join(',')
      : kind === 'number'
        ? text.replace(/^[=]/, '').replace(/^(\d+) ?[a-z]+$/i, '$1')
        : text;
  const fault = check(filter.name, value);
  return fault === null ? { value } : { problem: problemOf(label, fault) };
}

function optionOf(options: NonNullable<DescribedFilter['options']>, given: string): string {
  const wanted = folded(given);
  const found = options.find(
    ({ value, label }) => folded(value) === wanted || folded(label) === wanted,
  );
  return found?.value ?? given.trim();
}

const problemOf = (label: string, fault: string): TypedProblem => ({
  message: `${label} ${fault.replace(/\.$/, '')}.`,
  remedy: 'Correct it, or choose a value from the list.',
});

/** Shorter words are near to too many others. */
const shortestSlip = 5;

/** A name with a slip in it is told; any other word with a colon is text, as ids and addresses have them. */
function unknownName(words: ListWords, text: string): TypedProblem | null {
  const names = allOf(words)
    .flatMap(({ name, aliases = [] }) => [name, ...aliases].map(folded))
    .filter((name) => name.length >= shortestSlip);
  for (const match of text.matchAll(keyPattern)) {
    if (isQuoted(text, match.index)) continue;
    // With another colon in it, it is a key.
    if (/^\s*\S+:/.test(text.slice(match.index + match[0].length))) continue;
    const typed = match[1] ?? '';
    if (typed.length < shortestSlip) continue;
    const near = nearest(folded(typed), names);
    if (near !== null && near !== folded(typed)) {
      return {
        message: `There is no filter “${typed}”. Did you mean “${filterNamed(words, near)?.name ?? near}”?`,
        remedy: 'In quotation marks it is searched for as text.',
      };
    }
  }
  return null;
}
