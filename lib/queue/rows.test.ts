import { describe, expect, test } from 'vitest';
import type { WorkItemRow } from '#db/schema.ts';
import { aWorkItem } from '#test/factories.ts';
import { claimedFromRow, insertRowFrom, workItemFromRow } from './rows.ts';

const aRow = (over: Partial<WorkItemRow> = {}): WorkItemRow => ({
  // Of the columns that an insert leaves to the table, those that are read here are given below.
  ...(insertRowFrom(aWorkItem()) as WorkItemRow),
  lease_id: null,
  lease_owner: null,
  lease_until: null,
  available_at: '2026-01-31T09:15:00.123Z',
  created_at: '2026-01-31T09:15:00.123Z',
  updated_at: '2026-01-31T09:15:00.123Z',
  ...over,
});

describe('a stored work item', () => {
  test.each([
    ['https://Wiki.Example/api.php', 'wiki.example'],
    ['https://wiki.example:443/', 'wiki.example'],
    ['http://wiki.example:8080/', 'wiki.example:8080'],
    ['https://[2001:DB8::1]:9/', '[2001:db8::1]:9'],
    ['test:resource', null],
    ['/relative', null],
  ])('of %s waits for the host %s', (requestUri, host) => {
    expect(insertRowFrom(aWorkItem({ requestUri })).host).toBe(host);
  });

  test('is scheduled when it names a time, else available at once', () => {
    const availableAt = '2027-01-01T00:00:00.000Z';
    expect(insertRowFrom(aWorkItem({ availableAt }))).toMatchObject({
      available_at: availableAt,
      wait_reason: 'scheduled',
    });
    const plain = insertRowFrom(aWorkItem());
    expect(plain.wait_reason).toBeNull();
    expect(plain).not.toHaveProperty('available_at');
  });

  test('of an older system may hold text that is no JSON: it reads as absent', () => {
    const item = workItemFromRow(aRow({ metadata: '{"score": NaN}', request_headers: '[1]' }));
    expect(item).toMatchObject({ metadata: null, requestHeaders: null });
  });

  test('of an older system may hold headers that are no text: they become text', () => {
    const item = workItemFromRow(aRow({ request_headers: '{"Accept":"*/*","Retries":3}' }));
    expect(item.requestHeaders).toEqual({ Accept: '*/*', Retries: '3' });
  });

  test('that was claimed carries its lease, or the claim was none', () => {
    const lease = { lease_id: 'l', lease_owner: 'w', lease_until: '2026-01-31T09:16:00.123Z' };
    expect(claimedFromRow(aRow({ status: 'in_progress', ...lease })).leaseId).toBe('l');
    expect(() => claimedFromRow(aRow({ status: 'in_progress' }))).toThrow(/carries no lease/);
    expect(() => claimedFromRow(aRow(lease))).toThrow(/carries no lease/);
  });
});
