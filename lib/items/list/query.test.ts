import { describe, expect, it } from 'vitest';
import { parseWorkItemQuery } from './query.ts';

const parse = (raw: Record<string, string | string[]>) => parseWorkItemQuery(raw);

describe('the address of the work-item list', () => {
  it('without parameters shows everything, newest first', () => {
    const { query, problems } = parse({});
    expect(problems).toEqual([]);
    expect(query.filter).toEqual({});
    expect(query).toMatchObject({ sort: 'created_at', direction: 'desc' });
  });

  it.each([
    [{ resource: 'Star' }, 'resource_id', 'asc'],
    [{ due: '1' }, 'created_at', 'desc'],
    [{ stale: '30' }, 'last_fetched_at', 'desc'],
    [{ fetched_from: '2026-01-01' }, 'last_fetched_at', 'desc'],
    [{ updated_to: '2026-01-01' }, 'created_at', 'desc'],
    [{ created_to: '2026-01-01', fetched_from: '2025-01-01' }, 'last_fetched_at', 'desc'],
    [{ stale: '30', run: 'some-run' }, 'created_at', 'desc'],
    [{ stale: '30', sort: 'created_at' }, 'created_at', 'desc'],
  ])('orders %o by %s %s', (raw, sort, direction) => {
    expect(parse({ ...raw }).query).toMatchObject({ sort, direction });
  });

  it('reads every filter', () => {
    const { query, problems } = parse({
      status: 'failed,pending',
      source: 'Wookieepedia',
      type: 'page',
      resource: 'Star Wars',
      contains: 'war',
      uri: 'api.php',
      q: 'time',
      run: '0192f7a0-0000-7000-8000-000000000001',
      attempts: '3',
      http: '503',
      error: 'http_server_error',
      priority_from: '10',
      priority_to: '20',
      created_from: '2026-01-01',
      created_to: '2026-01-31',
      updated_from: '2026-01-01T10:00Z',
      fetched_to: '2026-02-01T10:00:00.5Z',
      stale: '30',
      due: '1',
      from: 'parent-1',
      lease: 'worker-1',
      on_hold: '1',
      host: 'Wiki.Example:8080',
      sort: 'priority',
    });
    expect(problems).toEqual([]);
    expect(query).toEqual({
      filter: {
        status: ['failed', 'pending'],
        source: 'Wookieepedia',
        type: 'page',
        resource: 'Star Wars',
        contains: 'war',
        uri: 'api.php',
        q: 'time',
        run: '0192f7a0-0000-7000-8000-000000000001',
        attempts: 3,
        http: 503,
        error: 'http_server_error',
        priority_from: 10,
        priority_to: 20,
        created_from: '2026-01-01T00:00:00.000Z',
        created_to: '2026-02-01T00:00:00.000Z',
        updated_from: '2026-01-01T10:00:00.000Z',
        fetched_to: '2026-02-01T10:00:00.500Z',
        stale: 30,
        due: true,
        from: 'parent-1',
        lease: 'worker-1',
        on_hold: true,
        host: 'wiki.example:8080',
      },
      sort: 'priority',
      direction: 'asc',
      cursor: undefined,
    });
  });

  it.each([
    ['stale', '0'],
    ['stale', '99999'],
    ['stale', '-3'],
    ['stale', 'thirty'],
    ['status', 'done'],
    ['attempts', '1e3'],
    ['http', '99'],
    ['error', 'DROP TABLE'],
    ['created_from', '2026-02-31'],
    ['created_from', 'yesterday'],
    ['created_to', '2026-13-01'],
    ['run', "' or 1=1"],
    ['sort', 'payload'],
    ['dir', 'sideways'],
    ['source', 'x'.repeat(101)],
    ['due', 'yes'],
  ])('ignores %s=%s and says what is allowed', (parameter, value) => {
    const { query, problems } = parse({ [parameter]: value });
    expect(query).toEqual(parse({}).query);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'input_invalid', parameter });
    expect(problems[0]?.message).toMatch(/must be|at most/);
    expect(problems[0]?.message.length).toBeLessThan(250);
  });

  it('keeps the good parameters beside a bad one', () => {
    const { query, problems } = parse({ stale: '999999', status: 'failed' });
    expect(problems).toHaveLength(1);
    expect(query.filter.status).toEqual(['failed']);
  });

  it('says so when a range ends before it starts', () => {
    const { query, problems } = parse({ priority_from: '20', priority_to: '10' });
    expect(problems[0]).toMatchObject({ parameter: 'priority_to' });
    expect(query.filter).toEqual({ priority_from: 20 });
  });

  it('takes a repeated status parameter as several', () => {
    expect(parse({ status: ['failed', 'skipped'] }).query.filter.status).toEqual([
      'failed',
      'skipped',
    ]);
  });

  it('lets a blank belong to a resource prefix', () => {
    expect(parse({ resource: 'Star ' }).query.filter.resource).toBe('Star ');
  });

  it('still reads a filter by the name it had before', () => {
    expect(parse({ held: '1' }).query).toEqual(parse({ on_hold: '1' }).query);
    expect(parse({ held: 'no' }).problems[0]).toMatchObject({ parameter: 'on_hold' });
  });
});
