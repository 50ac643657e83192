import { describe, expect, it } from 'vitest';
import { itemList } from '#app/_shared/item-filters.ts';
import { optionsFor } from './filter-options.ts';

const values = {
  sources: ['Sample', 'Star Wars wiki'],
  types: ['page', 'category'],
  hosts: ['api.example.org'],
  errors: ['http_server_error', 'page_missing'],
  runs: [{ runId: '0198c0de-0000-7000-8000-00000000beef', name: 'Nightly' }],
  workers: ['worker-1'],
};
const todayMs = Date.parse('2026-03-01T22:00:00Z');
const offered = (text: string, parameter?: string, current = {}) =>
  optionsFor({
    groups: itemList.groups,
    text,
    field: parameter === undefined ? null : (itemList.byName.get(parameter) ?? null),
    values,
    current,
    todayMs,
  });
const said = (text: string, parameter?: string, current = {}) =>
  offered(text, parameter, current).map(({ field, label }) =>
    field ? `${field}: ${label}` : label,
  );

describe('the filter box', () => {
  it('offers every field before anything is typed', () => {
    expect(said('')).toHaveLength(itemList.names.length);
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
      groups: itemList.groups,
      text: 'wiki',
      field: null,
      values: null,
      current: {},
      todayMs,
    });
    expect(options.map(({ label }) => label)).toEqual(['wiki', 'wiki']);
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
    expect(said('yest', 'created_from')).toEqual(['2026-02-28']);
  });
});
