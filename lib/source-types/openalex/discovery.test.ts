import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#lib/json.ts';
import { itemOf } from '#test/fetch-harness.ts';
import { countingLeftOut } from '../left-out.ts';
import { openalex } from './index.ts';

const settings = openalex.settingsSchema.parse({ email: 'someone@example.org' });

/** Whether a further page of a search is asked for, and what was left out. */
function leadsTo(
  payload: JsonValue,
  more: { page?: number; max_pages?: number; cursors?: string[] },
) {
  const metadata = { search: 'x', filter: null, per_page: 2, max_pages: 3, page: 1, ...more };
  const item = itemOf({ resourceType: 'search', resourceId: 's', requestUri: 'x' }, { metadata });
  const { leave, leftOut } = countingLeftOut();
  const context = { sourceName: 's', secrets: {}, settings };
  const found = openalex.discover(item, payload, context, undefined, leave);
  const next = found.find(({ resourceType }) => resourceType === 'search');
  return { cursors: next?.metadata?.['cursors'] ?? null, leftOut };
}

const results = [{ id: 'https://openalex.org/W1' }];

describe('a search', () => {
  it('goes on by its cursor, which is remembered', () => {
    const { cursors, leftOut } = leadsTo({ meta: { next_cursor: 'b', count: 9 }, results }, {});
    expect(cursors).toHaveLength(1);
    expect(leftOut).toEqual({});
  });

  it('says that it ends before its last page', () => {
    const answer = { meta: { next_cursor: 'b', count: 9 }, results };
    expect(leadsTo(answer, { page: 3 })).toEqual({ cursors: null, leftOut: { pages_beyond: 1 } });
  });

  it('says that its cursor leads back', () => {
    const answer = { meta: { next_cursor: 'b', count: 9 }, results };
    const { cursors } = leadsTo(answer, {});
    const again = leadsTo(answer, { page: 2, cursors: cursors as string[] });
    expect(again).toEqual({ cursors: null, leftOut: { pages_repeat: 1 } });
  });

  it('says that nothing came of what is counted', () => {
    const nothing = { meta: { next_cursor: null, count: 5 }, results: [] };
    expect(leadsTo(nothing, {}).leftOut).toEqual({ ends_early: 1 });
    // As OpenAlex ends every list.
    expect(leadsTo(nothing, { page: 3 }).leftOut).toEqual({});
    const none = { meta: { next_cursor: null, count: 0 }, results: [] };
    expect(leadsTo(none, {}).leftOut).toEqual({});
  });
});
