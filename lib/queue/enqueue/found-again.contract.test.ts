import { describe, expect, it } from 'vitest';
import type { ClaimedItem, NewWorkItem } from '#lib/queue/model.ts';
import { stopRun } from '#lib/runs/control-run.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';

describe.each(contractEngines())('what is missing and found again, on $name', (engine) => {
  const { given, launchSeed, claim, complete, runOf } = useRuns(engine);
  const late = aWorkItem({ resourceId: 'late' });

  const skip = (item: ClaimedItem, errorCode: 'http_not_found' | 'robots_disallowed') =>
    given.store.fail({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt({ httpStatus: 404 }),
      errorCode,
      errorMessage: 'It is not there.',
      decision: { kind: 'skip' },
    });
  const anHourLater = () =>
    given.db.q
      .updateTable('work_items')
      .set({ updated_at: given.db.engine.nowPlus(-61 * 60_000) })
      .where('resource_id', '=', 'late')
      .execute();
  const statusOfLate = async () =>
    (
      await given.db.q
        .selectFrom('work_items')
        .select(['status', 'run_id'])
        .where('resource_id', '=', 'late')
        .executeTakeFirstOrThrow()
    ).status;
  /** The first page of a run finds it, and it is skipped. */
  async function givenSkipped(code: Parameters<typeof skip>[1] = 'http_not_found') {
    const { runId } = await launchSeed();
    const [first, ...others] = await claim(5);
    if (!first) throw new Error('nothing to claim');
    await complete(first, [{ ...late, runId }]);
    const [found] = await claim(1);
    if (!found) throw new Error('nothing was found');
    await skip(found, code);
    return { runId, others };
  }
  const findAgain = (item: ClaimedItem | undefined, over: Partial<NewWorkItem> = {}) => {
    if (!item) throw new Error('nothing to claim');
    return complete(item, [{ ...late, ...over }]);
  };

  it('is not asked for each time it is named in one run, but after an hour', async () => {
    const { runId, others } = await givenSkipped();
    await findAgain(others[0]);
    expect(await statusOfLate()).toBe('skipped');
    await anHourLater();
    const before = await runOf(runId);
    await findAgain(others[1]);
    expect(await statusOfLate()).toBe('pending');
    expect(await runOf(runId)).toMatchObject({
      itemsTotal: before.itemsTotal,
      itemsSkipped: before.itemsSkipped - 1,
    });
  });

  it('is asked for when its source says that it changed since', async () => {
    const { others } = await givenSkipped();
    await findAgain(others[0], { changedAt: '2020-01-01T00:00:00.000Z' });
    expect(await statusOfLate()).toBe('skipped');
    await findAgain(others[1], { changedAt: '2999-01-01T00:00:00.000Z' });
    expect(await statusOfLate()).toBe('pending');
  });

  it('is not asked for when it was skipped for another reason, nor for what was settled unasked', async () => {
    const { others } = await givenSkipped('robots_disallowed');
    await anHourLater();
    await findAgain(others[0]);
    expect(await statusOfLate()).toBe('skipped');
    const [, second] = others;
    if (!second) throw new Error('nothing to claim');
    await given.db.q
      .updateTable('work_items')
      .set({ error_code: 'http_gone' })
      .where('resource_id', '=', 'late')
      .execute();
    await given.store.complete({
      fence: { workItemId: second.workItemId, leaseId: second.leaseId },
      attempt: anAttempt({ httpStatus: null }),
      record: aRecord(),
      validators: noValidators,
      discovered: [late],
    });
    expect(await statusOfLate()).toBe('skipped');
    await findAgain(others[2]);
    expect(await statusOfLate()).toBe('pending');
  });

  it('is asked for when it was a seed that failed, and is linked now', async () => {
    const { runId } = await launchSeed();
    const [first, ...others] = await claim(5);
    if (!first) throw new Error('nothing to claim');
    await given.store.fail({
      fence: { workItemId: first.workItemId, leaseId: first.leaseId },
      attempt: anAttempt({ httpStatus: 404 }),
      errorCode: 'http_not_found',
      errorMessage: 'It is not there.',
      decision: { kind: 'give_up' },
    });
    await given.db.q
      .updateTable('work_items')
      .set({ updated_at: given.db.engine.nowPlus(-61 * 60_000) })
      .where('work_item_id', '=', first.workItemId)
      .execute();
    const before = await runOf(runId);
    const { sourceSystem, sourceName, resourceType, resourceId, requestUri } = first;
    const link = { sourceSystem, sourceName, resourceType, resourceId, requestUri };
    await findAgain(others[0], link);
    const seed = await given.db.q
      .selectFrom('work_items')
      .select('status')
      .where('work_item_id', '=', first.workItemId)
      .executeTakeFirst();
    expect(seed?.status).toBe('pending');
    expect(await runOf(runId)).toMatchObject({
      itemsTotal: before.itemsTotal,
      itemsFailed: before.itemsFailed - 1,
    });
  });

  it('is no item where only known ones are meant, and asked for by news that are younger than its last try', async () => {
    const { others } = await givenSkipped();
    const newsOf = (resourceId: string, changedAt: string) =>
      findAgain(others.shift(), { resourceId, changedAt, onlyKnown: true });
    await newsOf('unheard of', '2999-01-01T00:00:00.000Z');
    expect(
      await given.db.q
        .selectFrom('work_items')
        .select('status')
        .where('resource_id', '=', 'unheard of')
        .execute(),
    ).toEqual([]);
    await anHourLater();
    await newsOf('late', '2020-01-01T00:00:00.000Z');
    expect(await statusOfLate()).toBe('skipped');
    await newsOf('late', '2999-01-01T00:00:00.000Z');
    expect(await statusOfLate()).toBe('pending');
  });

  it('is left alone by a run that has been stopped', async () => {
    const { runId, others } = await givenSkipped();
    await anHourLater();
    await stopRun(given.db, operator, runId);
    await findAgain(others[0]);
    expect(await statusOfLate()).toBe('skipped');
  });
});
