/** Something in every room that is empty in a new database, with the longest names and figures that people have. */
import { inDatabase } from './in-database.ts';
import type { Product } from './product.ts';

const sources = ['news-archive-of-the-northern-provinces', 'wiki', 'laws'] as const;
const hosts = [
  'a-very-long-subdomain-of-a.regional-archive.example.org:8443',
  'wiki.example',
] as const;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

export async function fillRooms(product: Product): Promise<void> {
  await inDatabase(product, async ({ q, engine }) => {
    const now = engine.now();
    const ago = (ms: number) => engine.nowPlus(-ms);
    const month = new Date().toISOString().slice(0, 8);
    for (const [at, name] of sources.entries()) {
      for (const day of ['01', '02', '03']) {
        await q
          .insertInto('source_days')
          .values({
            source_system: 'http',
            source_name: name,
            day: engine.instantParam(`${month}${day}T00:00:00.000Z`),
            ...{ fetched: 1_234_567 >> at, changed: 345_678 >> at, failed: 12_345 >> at },
            ...{ skipped: 1_031, missing: 1_024, requests: 1_300_000 >> at, bytes: 98_765_432_100 },
          })
          .execute();
      }
      await q
        .insertInto('quarantines')
        .values({
          quarantine_id: `q-${name}`,
          source_name: name,
          rule: 'block_page',
          title: `${name}: login or block pages instead of content`,
          detail: 'Of 40 records 95 % ask to sign in, to prove one is human, or refuse.',
          evidence: '{"Sampled":40,"Look like login or block pages":"95 %"}',
          run_id: '00000000-0000-7000-8000-000000000000',
          from_at: ago(hourMs),
          opened_at: now,
          ...(at === 0
            ? {}
            : { until_at: now, decision: 'accepted', decided_by: 'ana@example.org' }),
        })
        .execute();
      await q
        .insertInto('alerts')
        .values({
          alert_id: `alert-${name}`,
          rule: ['yield_fell', 'disk_low', 'certificate_near_end'][at] ?? 'run_failed',
          subject: name,
          source_name: at === 1 ? null : name,
          title: `${name} yielded 7 items instead of 1,234,567`,
          detail: 'The last run had 7 items; 1,234,567 is usual, and less than 800,000 is unusual.',
          evidence: '{"Items":7,"Usual":1234567,"Runs compared":41}',
          href: '/runs',
          opened_at: ago(2 * hourMs),
          seen_at: now,
          ...(at === 2 ? { closed_at: now } : {}),
        })
        .execute();
      await q
        .insertInto('schedules')
        .values({
          schedule_id: `00000000-0000-7000-8000-00000000000${at}`,
          name: `Every night: ${name}`,
          cron: '30 3 * * *',
          timezone: 'America/Argentina/ComodRivadavia',
          enabled: 1,
          request: JSON.stringify({ kind: 'recrawl', sources: [name] }),
          next_at: engine.nowPlus(8 * hourMs),
          last_at: ago(16 * hourMs),
          last_run_id: null,
          last_outcome: at === 0 ? 'not launched: the run before it is still running' : null,
          created_by: 'ana@example.org',
          created_at: now,
          updated_at: now,
        })
        .execute();
      for (const day of [0, 1]) {
        await q
          .insertInto('storage_samples')
          .values(
            (['table', 'records'] as const).map((kind) => ({
              day: new Date(Date.now() - day * dayMs).toISOString().slice(0, 10),
              kind,
              name,
              part: kind === 'records' ? 'a-long-type-of-resource' : '',
              row_count: 12_345_678,
              bytes: 98_765_432_100 - day * 1_000_000_000,
            })),
          )
          .execute();
      }
    }
    for (const [at, host] of hosts.entries()) {
      await q
        .insertInto('hosts')
        .values({
          host,
          last_request_at: ago(60_000),
          last_status: 503,
          requests_total: 1_234_567,
          count_429: 1_234,
          count_5xx: 12_345,
          pace_ms: 2_000,
          delay_ms: 2_000,
          latency_ms: 345,
          blocked_until: at === 0 ? engine.nowPlus(hourMs) : null,
          blocked_reason:
            at === 0 ? 'It asked us to wait (429), and then failed 12 times in a row' : null,
          robots_status: 200,
          robots_body: `User-agent: *\nDisallow: /${'private/'.repeat(12)}`,
          robots_fetched_at: now,
          certificate_from: ago(80 * dayMs),
          certificate_until: engine.nowPlus(3 * dayMs),
          certificate_seen_at: now,
          updated_at: now,
        })
        .execute();
      await q
        .insertInto('host_hours')
        .values({
          host,
          hour: engine.truncate(now, 'hour'),
          ...{ requests: 40, count_429: 3, count_5xx: 2, failed: 1 },
        })
        .execute();
      await q
        .insertInto('source_hosts')
        .values({ host, source_system: 'http', source_name: sources[0], asked_at: now })
        .execute();
    }
    await q
      .insertInto('alert_mutes')
      .values({
        mute_id: 'mute-of-a-test',
        kind: 'failures',
        target: JSON.stringify({ code: 'http_server_error', httpStatus: 503, host: hosts[0] }),
        reason: 'They move to another data centre until the end of the week',
        muted_by: 'a.person.with.a.long.name@subsidiary.example.org',
        muted_at: now,
        until: engine.nowPlus(dayMs),
      })
      .execute();
  });
}
