/** The procedures that jobs and people call; they exist on SQL Server alone. */
import { type RawBuilder, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';

const day = 24 * 3_600_000;
const servers = contractEngines().filter(({ name }) => name === 'sqlserver');

describe.each(servers)('procedures for people on $name', (engine) => {
  const t = useStore(engine);
  /** A table's name has the schema of this test before it. */
  const procedure = (name: string) => {
    const { sql: text } = sql`${t.db.engine.table('work_items')}`.compile(t.db.q);
    return sql.raw(text.replace('work_items', name));
  };
  const call = async <R>(name: string, parameters: RawBuilder<unknown>): Promise<R[]> =>
    (await sql<R>`exec ${procedure(name)} ${parameters}`.execute(t.db.q)).rows;
  const enqueue = (id: string, address: string, more = sql``) =>
    call<{ work_item_id: string; is_new: number }>(
      'enqueue_item',
      sql`@source_system = N'http', @source_name = N'api', @resource_type = N'record', @resource_id = ${id}, @request_uri = ${address}${more}`,
    );

  it('enqueue_item inserts once, with the host of the address, and the item is claimed', async () => {
    const [first] = await enqueue(
      '1',
      'HTTPS://me@API.Example.org:443/r?x=1#a',
      sql`, @priority = 5`,
    );
    expect(first?.is_new).toBe(1);
    expect(await enqueue('1', 'https://api.example.org/r')).toEqual([
      { work_item_id: first?.work_item_id, is_new: 0 },
    ]);
    await enqueue('2', 'http://api.example.org:8080/r');
    const claimed = await t.store.dequeue(10);
    expect(claimed.map((item) => [item.resourceId, item.priority, item.host])).toEqual([
      ['1', 5, 'api.example.org'],
      ['2', 100, 'api.example.org:8080'],
    ]);
    expect(await t.store.exists('http:api:record:1')).toBe(true);
  });

  it.each([
    ['a colon', 'a:b', '1'],
    ['a blank at an end', 'api', ' 1'],
    ['no id', 'api', ''],
  ])('enqueue_item refuses %s', async (_, source, id) => {
    const given = sql`@source_system = N'http', @source_name = ${source}, @resource_type = N'record',
      @resource_id = ${id}, @request_uri = N'https://x.example/'`;
    await expect(call('enqueue_item', given)).rejects.toThrow();
    expect(await t.count('work_items')).toBe(0);
  });

  it('recrawl_stale sends what is overdue longest round again, and leaves pinned items alone', async () => {
    const ids = ['a', 'b', 'c', 'd'].map((resourceId) => ({ workItemId: newId(), resourceId }));
    for (const one of ids) await t.store.enqueue(aWorkItem({ ...one, sourceName: 'news' }));
    for (const [at, { workItemId }] of ids.entries()) {
      await t.db.q
        .updateTable('work_items')
        .set({
          status: 'completed',
          last_fetched_at: t.db.engine.nowPlus(-(50 - at * 10) * day),
          refetch: at === 1 ? 'never' : null,
        })
        .where('work_item_id', '=', workItemId)
        .execute();
    }
    const stale = (most: number) =>
      call<{ sent: number }>(
        'recrawl_stale',
        sql`@source_name = N'news', @days = 25, @most = ${most}`,
      );
    expect(await stale(1)).toEqual([{ sent: 1 }]);
    expect((await t.store.dequeue(10)).map(({ resourceId }) => resourceId)).toEqual(['a']);
    expect(await stale(10)).toEqual([{ sent: 1 }]);
    expect((await t.store.dequeue(10)).map(({ resourceId }) => resourceId)).toEqual(['c']);
    expect(await call('recrawl_stale', sql`@source_name = N'other', @days = 1`)).toEqual([
      { sent: 0 },
    ]);
  });

  it('queue_statistics says what getStats says, known_resources goes on from its last row', async () => {
    await t.store.enqueueMany(Array.from({ length: 5 }, () => aWorkItem({ sourceName: 'news' })));
    expect(await call('queue_statistics', sql``)).toMatchObject([
      { source_name: 'news', status: 'pending' },
    ]);
    const seen: string[] = [];
    let place: { created_at: string; work_item_id: string } | undefined;
    do {
      const after = place
        ? sql`, @after_created = ${place.created_at.replace('Z', '')}, @after_id = ${place.work_item_id}`
        : sql``;
      const rows: { created_at: string; work_item_id: string }[] = await call(
        'known_resources',
        sql`@source_name = N'news', @status = N'pending', @most = 2${after}`,
      );
      seen.push(...rows.map((row) => row.work_item_id));
      place = rows.at(-1);
    } while (place);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it('roll_up_totals empties the changes, check_integrity fails when totals and items differ', async () => {
    await t.store.enqueueMany(Array.from({ length: 3 }, () => aWorkItem({ sourceName: 'news' })));
    const [rolled] = await call<{ rolled_up: number }>('roll_up_totals', sql``);
    expect(rolled?.rolled_up).toBeGreaterThan(0);
    expect(await t.count('source_total_deltas')).toBe(0);
    expect(await t.count('host_total_deltas')).toBe(0);
    expect((await t.store.getStats()).byStatus).toMatchObject({ pending: 3 });
    expect(await call('check_integrity', sql``)).toEqual([]);
    await t.db.q.updateTable('source_totals').set({ item_count: 5 }).execute();
    const differs = await call<{ difference: number | string }>('check_integrity', sql`@fail = 0`);
    expect(differs.map(({ difference }) => Number(difference))).toEqual([-2]);
    await expect(call('check_integrity', sql`@fail = 1`)).rejects.toThrow();
  });

  it('run_retention deletes what the settings say, of a source by its own', async () => {
    for (const sourceName of ['news', 'laws']) {
      await t.store.enqueue(aWorkItem({ sourceName }));
    }
    await t.db.q
      .updateTable('work_items')
      .set({ status: 'completed', last_fetched_at: t.db.engine.nowPlus(-40 * day) })
      .execute();
    await t.db.q.deleteFrom('app_settings').where('name', '=', 'retention').execute();
    await t.db.q
      .insertInto('app_settings')
      .values({
        name: 'retention',
        value: JSON.stringify({
          eventDays: 30,
          itemDays: 30,
          sources: { laws: { itemDays: null } },
        }),
        updated_at: t.db.engine.now(),
      })
      .execute();
    const purged = await call<{ kind: string; source: string | null; gone: number | string }>(
      'run_retention',
      sql`@minutes = 5`,
    );
    expect(purged.filter(({ gone }) => Number(gone) > 0)).toMatchObject([
      { kind: 'items', source: 'news' },
    ]);
    const left = await t.db.q.selectFrom('work_items').select('source_name').execute();
    expect(left).toEqual([{ source_name: 'laws' }]);
  });
});

describe.runIf(servers.length === 0)('procedures for people', () => {
  it('exist on SQL Server alone, which is not configured here', () => {
    expect(servers).toEqual([]);
  });
});
