import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { actorOfToken, createApiToken, revokeApiToken } from '#lib/access/api-tokens.ts';
import { systemActor } from '#lib/actor/model.ts';
import { type NotedCertificates, recordCertificates } from '#lib/hosts/certificates.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { givenAccount } from '#test/access/account.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { readCertificates, readSecretEnds, readSourceSecretEnds } from './endings.ts';
import { evaluateAlerts } from './evaluate.ts';
import { listAlerts } from './list-alerts.ts';
import { readAlertFacts } from './read-facts.ts';

const dayMs = 86_400_000;
const shown = (host: string, leftDays: number, seenAt = Date.now()) => ({
  host,
  from: Date.now() - (90 - leftDays) * dayMs,
  until: Date.now() + leftDays * dayMs,
  seenAt,
});

describe.each(contractEngines())('what ends soon on $name', (engine) => {
  const t = useStore(engine);

  it('is a certificate, as the host showed it last', async () => {
    const noted: NotedCertificates = new Map();
    for (const host of ['soon.example', 'late.example', 'renewed.example', 'silent.example'])
      await insertHost(t.db, host, {});
    const before = [
      shown('soon.example', 3),
      shown('late.example', 80),
      shown('silent.example', 2),
    ];
    await recordCertificates(t.db, [...before, shown('renewed.example', 1)], noted);
    await recordCertificates(t.db, [shown('renewed.example', 89.5)], noted);
    await t.db.q
      .updateTable('hosts')
      .set({ certificate_seen_at: t.db.engine.nowPlus(-4 * dayMs) })
      .where('host', '=', 'silent.example')
      .execute();
    const read = await readCertificates(t.db);
    expect(read.map(({ subject }) => subject)).toEqual([
      'soon.example',
      'late.example',
      'renewed.example',
    ]);
    expect(Math.round((read[0]?.leftMs ?? 0) / dayMs)).toBe(3);
    expect(Math.round((read[0]?.lifeMs ?? 0) / dayMs)).toBe(90);
    await evaluateAlerts(t.db);
    expect(await listAlerts(t.db, 'open')).toMatchObject([
      { rule: 'certificate_near_end', title: 'The certificate of soon.example ends in 3 days' },
    ]);
  });

  it('is noted once, and for a host that is not known yet when it is', async () => {
    const noted: NotedCertificates = new Map();
    await recordCertificates(t.db, [shown('new.example', 3)], noted);
    expect(await readCertificates(t.db)).toEqual([]);
    await insertHost(t.db, 'new.example', {});
    const seen = shown('new.example', 3);
    await recordCertificates(t.db, [seen], noted);
    expect(await readCertificates(t.db)).toHaveLength(1);
    // The same again is not written again: what somebody else wrote stays.
    const clear = () => t.db.q.updateTable('hosts').set({ certificate_until: null }).execute();
    await clear();
    await recordCertificates(t.db, [seen], noted);
    expect(await readCertificates(t.db)).toEqual([]);
    await recordCertificates(t.db, [{ ...seen, seenAt: seen.seenAt + 7 * 3_600_000 }], noted);
    expect(await readCertificates(t.db)).toHaveLength(1);
  });

  it('may name years that no database knows', async () => {
    await insertHost(t.db, 'odd.example', {});
    const odd = { host: 'odd.example', from: -1e14, until: 1e15, seenAt: Date.now() };
    await recordCertificates(t.db, [odd], new Map());
    expect(await readCertificates(t.db)).toEqual([]);
  });

  it('is an API token that programs use', async () => {
    const ada = await givenAccount(t.db, `ada-${engine.name}`, 'operator');
    const make = async (name: string, days: number) => {
      const made = await createApiToken(t.db, ada, {
        name,
        permissions: ['console:view'],
        sources: null,
        days,
      });
      return { ...made, use: () => actorOfToken(t.db, made.token, null) };
    };
    const used = await make('nightly', 30);
    await used.use();
    await make('forgotten', 30);
    const revoked = await make('given up', 30);
    await revoked.use();
    await revokeApiToken(t.db, ada, revoked.tokenId);
    await t.db.q
      .updateTable('api_tokens')
      .set({ expires_at: t.db.engine.nowPlus(2 * dayMs) })
      .execute();
    const read = await readSecretEnds(t.db);
    expect(read.map(({ name }) => name)).toEqual([`The API token nightly of ${ada.email}`]);
    await t.db.q
      .updateTable('api_tokens')
      .set({ expires_at: t.db.engine.nowPlus(-dayMs) })
      .execute();
    expect((await readSecretEnds(t.db))[0]?.leftMs).toBeLessThan(0);
    await t.db.q
      .updateTable('api_tokens')
      .set({ expires_at: t.db.engine.nowPlus(-8 * dayMs) })
      .execute();
    expect(await readSecretEnds(t.db)).toEqual([]);
  });

  it('has secrets of sources whose end is in their settings, to the end of that day', async () => {
    const secretBox = createSecretBox([randomBytes(32)]);
    const dayIn = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
    const given = (name: string, until: string | null, token: string | null) =>
      saveSource(
        t.db,
        systemActor('test'),
        {
          name,
          type: 'http',
          enabled: true,
          settings: {
            base_url: 'https://api.example/',
            authentication: { by: 'bearer' },
            ...(until === null ? {} : { secrets_valid_until: until }),
          },
          seeds: [],
          ...(token === null ? {} : { secrets: { token } }),
        },
        { secretBox },
      );
    const soon = await given('soon', dayIn(2), 'a token of a source');
    await given('later', dayIn(200), 'a token of a source');
    await given('unknown', null, 'a token of a source');
    await given('without', dayIn(2), null);
    await given('over long ago', dayIn(-30), 'a token of a source');
    const { now, secrets } = await readAlertFacts(t.db);
    const read = await readSourceSecretEnds(t.db, now);
    expect(read).toMatchObject([
      {
        name: 'The secret of soon',
        sourceName: 'soon',
        href: `/sources/${soon.sourceId}/edit`,
        endsAt: `${dayIn(3)}T00:00:00.000Z`,
      },
    ]);
    expect(secrets).toEqual(expect.arrayContaining([...read]));
    // A mistyped day is refused where it is typed.
    await expect(given('never', '2027-02-30', 'a token of a source')).rejects.toMatchObject({
      fields: { 'settings.secrets_valid_until': expect.stringContaining('day') },
    });
  });
});
