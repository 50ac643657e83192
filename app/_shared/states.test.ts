/**
 * Every state that is stored or derived has one word and one tone wherever it is shown, a word has one tone, and lists are
 * filtered by the very words that they show.
 */
import { describe, expect, it, test } from 'vitest';
import { looks } from '#app/ui/status-badge.tsx';
import type { AttemptOutcome } from '#db/schema.ts';
import type { ListWords } from '#lib/filters/filter.ts';
import { hostFilters } from '#lib/hosts/host-filters.ts';
import { bulkFilters } from '#lib/items/bulk/bulk-filters.ts';
import { bulkActionStatuses } from '#lib/items/bulk/model.ts';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import { onHoldReason } from '#lib/queue/hold.ts';
import { workItemStatuses } from '#lib/queue/model.ts';
import { endReasons, runPhases } from '#lib/runs/lifecycle.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { stateOfRun } from '#lib/runs/run-state.ts';
import { scheduleFilters } from '#lib/schedules/schedule-filters.ts';
import { sourceFilters } from '#lib/sources/source-filters.ts';
import type { SampleOutcome } from '#lib/sources/test-sample.ts';
import { workerFilters } from '#lib/workers/worker-filters.ts';
import { stateOfItem } from './item-words.tsx';

const outcomes: Readonly<Record<AttemptOutcome, true>> = {
  completed: true,
  unchanged: true,
  retry: true,
  failed: true,
  skipped: true,
  released: true,
  expired: true,
};
const samples: Readonly<Record<SampleOutcome, true>> = {
  fetched: true,
  unchanged: true,
  alias: true,
  failed: true,
};
const runStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;

const states: Readonly<Record<string, readonly string[]>> = {
  'a work item': workItemStatuses.flatMap((status) =>
    [null, 'backoff', 'scheduled', onHoldReason].map((waitReason) =>
      stateOfItem({ status, waitReason }),
    ),
  ),
  'an attempt': Object.keys(outcomes),
  'a run': runStatuses.flatMap((status) =>
    runPhases.flatMap((phase) =>
      [null, ...endReasons].flatMap((endReason) =>
        [null, '2026-01-01T00:00:00.000Z'].map((pausedAt) =>
          stateOfRun({ status, phase, endReason, pausedAt }),
        ),
      ),
    ),
  ),
  'a sample of a test': Object.keys(samples),
  'a source or schedule': ['enabled', 'disabled', 'paused'],
  'a worker': ['alive', 'draining', 'stopped', 'lost'],
  'a host': ['open', 'blocked'],
};

describe.each(Object.entries(states))('of %s', (_what, names) => {
  it.each([...new Set(names)])('%s has a look', (name) => {
    expect(looks[name]).toBeDefined();
  });
});

test('two states never share a word, and no state is shown as another', () => {
  const words = Object.values(looks).map(({ word }) => word);
  expect(words.filter((word, at) => words.indexOf(word) < at)).toEqual([]);
});

test('a cancelled or stopped run is never green, nor an item that was skipped', () => {
  for (const [status, endReason] of [
    ['cancelled', 'cancelled'],
    ['completed', 'stopped'],
  ] as const) {
    const state = stateOfRun({ status, endReason, phase: 'ready', pausedAt: null });
    expect(looks[state]?.tone).toBe('skipped');
  }
  expect(looks['skipped']?.tone).toBe('skipped');
});

/** What a filter calls by another name than the column. */
const shownAs: Readonly<Record<string, string>> = {
  'workers running': 'alive',
  aborted: 'stopped',
};

const lists: Readonly<Record<string, { readonly words: ListWords }>> = {
  items: itemFilters,
  runs: runFilters,
  sources: sourceFilters,
  schedules: scheduleFilters,
  hosts: hostFilters,
  workers: workerFilters,
  'bulk actions': bulkFilters,
};

test.each(Object.entries(lists))(
  '%s are filtered by the words that their list shows',
  (list, { words }) => {
    const choices = words.groups
      .flatMap(({ filters }) => filters)
      .filter(({ name }) => ['status', 'state', 'view'].includes(name));
    expect(choices).not.toEqual([]);
    for (const { options = [] } of choices) {
      for (const { value, label } of options) {
        const look = looks[shownAs[`${list} ${value}`] ?? shownAs[value] ?? value];
        if (look) expect(label).toBe(look.word);
      }
    }
  },
);

test('a background action that was aborted is called stopped', () => {
  expect(bulkActionStatuses.map((status) => looks[shownAs[status] ?? status]?.word)).toEqual([
    'Running',
    'Completed',
    'Stopped',
    'Failed',
  ]);
});
