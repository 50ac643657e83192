import { describe, expect, it } from 'vitest';
import { itemFilters, itemList } from '#app/_shared/item-filters.ts';
import { optionsFor } from './filter-options.ts';

const values = {
  sources: ['Sample', 'Star Wars wiki'],
  types: ['page', 'category'],
  hosts: ['api.example.org'],
  errors: ['http_server_error', 'page_missing'],
  runs: [{ runId: '0198c0de-0000-7000-8000-00000000beef', name: 'Nightly' }],
  workers: ['worker-1'],
  people: ['ada@example.org'],
};
const clock = { now: '2026-03-01T22:00:00.000Z', zone: 'Europe/Berlin' };
const offered = (text: string, parameter?: string, current = {}) =>
  optionsFor({
    words: itemFilters,
    text,
    field: parameter === undefined ? null : (itemList.byName.get(parameter) ?? null),
    values,
    current,
    clock,
  });
const said = (text: string, parameter?: string, current = {}) =>
  offered(text, parameter, current).map(({ field, label }) =>
    field ? `${field}: ${label}` : label,
  );

describe('the filter box', () => {
  it('offers every field before anything is typed', () => {
    const offeredFilters = [...itemList.byName.values()].filter(({ isHidden }) => !isHidden);
    expect(said('')).toHaveLength(offeredFilters.length);
    expect(offered('').find(({ label }) => label === 'Due for recrawl')?.choice).toEqual({
      kind: 'set',
      name: 'due',
      value: '1',
    });
  });

  it('offers the text itself, then fields and values of that name', () => {
    expect(said('page')).toEqual([
      'Text contains: page',
      'Id starts with: page',
      'Type: page',
      'Error code: page_missing',
    ]);
    expect(said('sta')).toEqual([
      'Text contains: sta',
      'Id starts with: sta',
      'Stale for',
      'Id starts with',
      'Status',
      'HTTP status',
      'Source: Star Wars wiki',
    ]);
    expect(said('fail')).toContain('Status: Failed');
  });

  it('works before the values have come', () => {
    const options = optionsFor({
      words: itemFilters,
      text: 'wiki',
      field: null,
      values: null,
      current: {},
      clock,
    });
    expect(options.map(({ label }) => label)).toEqual(['wiki', 'wiki']);
  });

  it('finds filters by a time, a status, and another name of theirs', () => {
    expect(said('yesterday')).toEqual(
      expect.arrayContaining(['Fetched: yesterday', 'Changed: yesterday', 'Created: yesterday']),
    );
    expect(said('last week')).toContain('Changed: last week');
    expect(said('500')[0]).toBe('HTTP status: 500');
    expect(said('updated')).toContain('Changed');
    expect(said('worker')).toContain('Leased by');
  });

  it('offers the values of the filter that is being written, and keeps what stands before it', () => {
    const options = offered('error:x status:fai');
    expect(options.map(({ label }) => label)).toEqual(['Failed']);
    expect(options[0]?.choice).toEqual({
      kind: 'set',
      name: 'status',
      value: 'failed',
      before: 'error:x ',
    });
    expect(said('fetched:last 7')).toEqual(['last 7 days']);
  });

  it('adds a status to those there are, and takes away one that is there', () => {
    const value = (word: string) =>
      offered('', 'status', { status: 'failed,pending' }).find(({ label }) => label === word)
        ?.choice;
    expect(value('Skipped')).toMatchObject({ value: 'failed,pending,skipped' });
    expect(value('Pending')).toMatchObject({ value: 'failed' });
  });

  it('offers the values of a field, as a person knows them', () => {
    expect(said('', 'source')).toEqual(['Sample', 'Star Wars wiki']);
    expect(said('night', 'run')).toEqual(['Nightly']);
    expect(offered('night', 'run')[0]?.choice).toMatchObject({ value: values.runs[0]?.runId });
    expect(said('', 'stale')).toEqual(['7 days', '30 days', '90 days', '365 days']);
    expect(said('5', 'http')).toEqual(['500', '503']);
    expect(said('yest', 'created')).toEqual(['yesterday']);
    expect(said('beef', 'run')).toEqual(['Nightly']);
  });
});
