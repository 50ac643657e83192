/** Two people who save the same thing: whoever comes second is refused, and told what the first one changed. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { changeUser, createUser } from '#lib/access/users.ts';
import type { Actor } from '#lib/actor/model.ts';
import { readRuleSettings, saveRuleSettings } from '#lib/alerts/rule-settings.ts';
import type { Seen } from '#lib/audit/changed-meanwhile.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { setHostLimits } from '#lib/hosts/limits.ts';
import { newId } from '#lib/ids.ts';
import { addChannel, changeChannel, listChannels } from '#lib/notices/channels.ts';
import { changeRetention, readRetention } from '#lib/retention/settings.ts';
import { listSchedules, saveSchedule } from '#lib/schedules/schedules.ts';
import { requireSource } from '#lib/sources/read-sources.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { changeView, createView, listViews } from '#lib/views/views.ts';
import { answerChecker, problemId } from '#test/api-schemas.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost, useStore } from '#test/queue-database.ts';
import { problem } from './answer.ts';

const faultsOf = answerChecker();

const outgoing = { secretBox: createSecretBox([randomBytes(32)]), smtp: null };

describe.each(contractEngines())('two who save the same thing, on $name', (engine) => {
  const t = useStore(engine);

  /** What can be saved: how it is made, and how somebody who saw it so saves it with one field changed. */
  interface Contested {
    readonly field: string;
    readonly of: (admin: Actor) => Promise<{
      readonly seen: () => Promise<NonNullable<Seen>>;
      readonly save: (actor: Actor, value: 1 | 2, seen: Seen) => Promise<unknown>;
    }>;
  }

  const contested: Readonly<Record<string, Contested>> = {
    schedule: {
      field: 'cron',
      async of(admin) {
        const input = {
          name: 'Nightly',
          timezone: 'UTC',
          enabled: true,
          request: { kind: 'seed' as const, sources: [] },
        };
        const scheduleId = await saveSchedule(t.db, admin, { ...input, cron: '0 3 * * *' });
        return {
          seen: async () => {
            const found = (await listSchedules(t.db)).find((one) => one.scheduleId === scheduleId);
            return { ...input, cron: found?.cron };
          },
          save: (actor, value, seen) =>
            saveSchedule(t.db, actor, { ...input, cron: `${value} 3 * * *` }, { scheduleId, seen }),
        };
      },
    },
    channel: {
      field: 'name',
      async of(admin) {
        const fields = { address: '', alerts: true, runEnds: false };
        const { channelId } = await addChannel(
          t.db,
          admin,
          { ...fields, kind: 'slack', name: 'Ops', address: 'https://chat.example/hook' },
          outgoing,
        );
        return {
          seen: async () => {
            const found = (await listChannels(t.db)).find((one) => one.channelId === channelId);
            return { name: found?.name, timing: found?.timing };
          },
          save: (actor, value, seen) =>
            changeChannel(
              t.db,
              actor,
              { ...fields, channelId, name: `Ops ${value}`, enabled: true, newSecret: false, seen },
              outgoing,
            ),
        };
      },
    },
    person: {
      field: 'name',
      async of(admin) {
        const person = { email: `${newId()}@example.org`, name: 'Ann', role: 'viewer' as const };
        const userId = await createUser(t.db, admin, { ...person, password: null });
        return {
          seen: async () =>
            t.db.q
              .selectFrom('users')
              .select('name')
              .where('user_id', '=', userId)
              .executeTakeFirstOrThrow(),
          save: (actor, value, seen) =>
            changeUser(t.db, actor, {
              userId,
              name: `Ann ${value}`,
              role: 'viewer',
              active: true,
              seen,
            }),
        };
      },
    },
    host: {
      field: 'delayMs',
      async of() {
        const host = `${newId()}.example`;
        await givenBlockedHost(t.db, host, 1000);
        return {
          seen: async () => {
            const row = await t.db.q
              .selectFrom('hosts')
              .select(['delay_ms', 'concurrency'])
              .where('host', '=', host)
              .executeTakeFirstOrThrow();
            return { delayMs: row.delay_ms, concurrency: row.concurrency };
          },
          save: (actor, value, seen) =>
            setHostLimits(t.db, actor, host, { delayMs: 1000 * value, concurrency: null }, seen),
        };
      },
    },
    retention: {
      field: 'eventDays',
      async of() {
        const { eventDays } = await readRetention(t.db);
        return {
          seen: async () => ({ ...(await readRetention(t.db)) }),
          save: (actor, value, seen) =>
            changeRetention(t.db, actor, { eventDays: eventDays + 10 * value }, seen),
        };
      },
    },
    rule: {
      field: 'enabled',
      of: async () => ({
        seen: async () => ({ ...(await readRuleSettings(t.db)).get('backlog_growing') }),
        // Both switch it off: who comes second is told all the same.
        save: (actor, _value, seen) =>
          saveRuleSettings(t.db, actor, 'backlog_growing', { enabled: false, values: {}, seen }),
      }),
    },
    view: {
      field: 'name',
      async of(admin) {
        const name = newId();
        const viewId = await createView(t.db, admin, {
          page: 'work-items',
          name,
          query: 'status=failed',
          isShared: true,
        });
        return {
          seen: async () => {
            const views = await listViews(t.db, admin, 'work-items');
            const found = views.find((one) => one.viewId === viewId);
            return { name: found?.name, query: found?.query };
          },
          save: (actor, value, seen) =>
            changeView(t.db, actor, viewId, { name: `${name} ${value}`, seen }),
        };
      },
    },
    source: {
      field: 'settings.resources',
      async of(admin) {
        const { sourceId } = await saveSource(
          t.db,
          admin,
          {
            name: newId(),
            type: 'test',
            enabled: true,
            settings: { resources: 10 },
            seeds: [{}],
          },
          { secretBox: null },
        );
        return {
          seen: async () => {
            const { revision, settings } = await requireSource(t.db, sourceId);
            return { revision, settings };
          },
          save: async (actor, value, seen) => {
            const { name, type, enabled, settings, seeds } = await requireSource(t.db, sourceId);
            return saveSource(
              t.db,
              actor,
              { name, type, enabled, settings: { ...settings, resources: 50 + value }, seeds },
              {
                sourceId,
                secretBox: null,
                ...(seen ? { expectedRevision: Number(seen['revision']) } : {}),
              },
            );
          },
        };
      },
    },
  };

  const person = async (name: string): Promise<Actor> => {
    const email = `${name}-${newId()}@example.org`;
    const first: Actor = { userId: newId(), email: 'root@example.org', role: 'admin' };
    const userId = await createUser(t.db, first, { email, name, role: 'admin', password: null });
    return { userId, email, role: 'admin' };
  };
  const conflictOf = (error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, ...error.conflict };
  };

  test.each(Object.entries(contested))(
    '%s: the second is told who changed what, and saves against it',
    async (_noun, { field, of }) => {
      const [ann, ben] = [await person('ann'), await person('ben')];
      const { seen, save } = await of(ann);
      const before = await seen();
      await save(ann, 1, before);
      const failure: unknown = await save(ben, 2, before).catch((error: unknown) => error);
      expect(faultsOf(problemId, await problem(failure, null).json())).toEqual([]);
      const refused = conflictOf(failure);
      expect(refused).toMatchObject({ code: 'conflict', by: ann.email, at: expect.any(String) });
      const changed = refused.changes?.find((one) => one.field === field);
      expect(changed?.before).not.toEqual(changed?.theirs);
      expect(changed).toBeDefined();
      // Against what is stored now it is taken.
      await save(ben, 2, await seen());
      // And whoever asks for no check is asked nothing.
      await save(ann, 1, undefined);
    },
  );

  test.each(Object.entries(contested).filter(([noun]) => noun !== 'rule'))(
    '%s: of two at the same time one is refused',
    async (_noun, { of }) => {
      const [ann, ben] = [await person('ann'), await person('ben')];
      const { seen, save } = await of(ann);
      const before = await seen();
      const outcomes = await Promise.allSettled([save(ann, 1, before), save(ben, 2, before)]);
      const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refused.map(conflictOf)).toEqual([
        expect.objectContaining({ code: 'conflict', changes: expect.anything() }),
      ]);
    },
  );
});
