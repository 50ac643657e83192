/** A store with one source that has seeds, and what the suites of runs do with it. */
import { beforeEach } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import type { ClaimedItem, NewWorkItem } from '#lib/queue/model.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { getRun } from '#lib/runs/run-row.ts';
import type { ContractEngine } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenSource, useStore } from '#test/queue-database.ts';

export const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
export const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

/** The source `sample` has five seeds. */
export function useRuns(engine: ContractEngine) {
  const given = useStore(engine);
  beforeEach(async () => {
    await givenSource(given.db, { name: 'sample', seeds: [{}] });
  });

  const launchSeed = (over: object = {}) =>
    launchRun(given.db, operator, { kind: 'seed', sources: ['sample'], ...over });
  const runOf = async (runId: string) => {
    const run = await getRun(given.db, runId);
    if (!run) throw new Error('no run');
    return run;
  };
  const claim = async (limit: number) =>
    (await given.store.claimPolitely(limit, { owner: 'w', leaseMs: 60_000 })).items;
  const complete = (item: ClaimedItem, discovered: NewWorkItem[] = []) =>
    given.store.complete({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt(),
      record: aRecord(),
      validators: noValidators,
      discovered,
    });
  const giveUp = (item: ClaimedItem) =>
    given.store.fail({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt({ httpStatus: 404 }),
      errorCode: 'http_not_found',
      errorMessage: 'Not there.',
      decision: { kind: 'give_up' },
    });
  const audited = async () =>
    (
      await given.db.q
        .selectFrom('audit_log')
        .select(['action', 'actor_email'])
        .orderBy('audit_id')
        .execute()
    ).map((row) => `${row.actor_email} ${row.action}`);
  /** Items of the source that were completed without a run. */
  const givenCompleted = async (count: number, over: Partial<NewWorkItem> = {}) => {
    await given.store.enqueueMany(Array.from({ length: count }, () => aWorkItem(over)));
    for (const item of await claim(count)) await complete(item);
  };

  return { given, launchSeed, runOf, claim, complete, giveUp, audited, givenCompleted };
}
