import { expect, test } from 'vitest';
import { onHoldReason } from '#lib/queue/hold.ts';
import { workItemStatuses } from '#lib/queue/model.ts';
import { shownStatuses } from './status-badge.tsx';

/** As stored in `wait_reason`: the grid shows one in the place of "pending". */
const waitReasons = ['backoff', 'scheduled', onHoldReason];

test.each([...workItemStatuses, ...waitReasons])('"%s" of an item has a word and an icon', (of) => {
  expect(shownStatuses).toContain(of);
});
