/** A pipeline over an empty database, for tests: real store, real sources, real HTTP on loopback. */
import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { JsonObject } from '#lib/json.ts';
import { createLogger } from '#lib/log.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { CompletionGroup } from '#lib/queue/finish/completion-group.ts';
import { createRobotsMemory } from '#lib/source-types/web/robots.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { seedItems } from '#lib/sources/seeds.ts';
import type { ContractDatabase, ContractEngine } from '#test/db/contract-engines.ts';
import { emptyDatabase } from '#test/queue-database.ts';
import { ClaimEvents } from '#worker/claim-events.ts';
import { CutEvents } from '#worker/cut-events.ts';
import { LostClaims } from '#worker/lost-claims.ts';
import { claimItems } from '#worker/pipeline/claim.ts';
import type { LeasedItem, PipelineContext } from '#worker/pipeline/context.ts';
import { createSourceMemory } from '#worker/pipeline/load-source.ts';
import { WaitingVisits } from '#worker/pipeline/polite-http.ts';
import { processBatch } from '#worker/pipeline/process-batch.ts';
import { Suspects } from '#worker/pipeline/suspects.ts';

export interface PipelineBench {
  readonly context: PipelineContext;
  /** Creates a source and enqueues its seeds. */
  seed(source: Partial<SourceInput>): Promise<void>;
  /** Claims the next item; fails the test when there is none. */
  claimOne(): Promise<LeasedItem>;
  /** Works until nothing is left that could be claimed; the items by address, as they ended. */
  crawl(): Promise<Map<string, CrawledItem>>;
  dispose(): Promise<void>;
}

export interface CrawledItem {
  readonly status: string;
  readonly records: number;
  readonly facts: JsonObject | null;
}

/** Opens a bench; several may be open at a time. */
export type OpenBench = (over?: Partial<PipelineContext>) => Promise<PipelineBench>;

/**
 * Registers the suite's hooks. One database is lent to one test after the other, as a server takes its time to make
 * the tables; a second bench of the same test has a database of its own.
 */
export function usePipeline(engine: ContractEngine): OpenBench {
  let shared: ContractDatabase | undefined;
  let isLent = false;
  afterAll(() => shared?.dispose());
  return async (over = {}) => {
    if (isLent) {
      const own = await engine.create();
      return openBench(own.db, over, () => own.dispose());
    }
    shared ??= await engine.create();
    isLent = true;
    await emptyDatabase(shared.db);
    return openBench(shared.db, over, async () => {
      isLent = false;
    });
  };
}

async function openBench(
  db: Db,
  over: Partial<PipelineContext>,
  giveBack: () => Promise<void>,
): Promise<PipelineBench> {
  const http = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'test' });
  const secretBox = createSecretBox([randomBytes(32)]);
  const store = over.store ?? (await createStateStore({ db }));
  const context: PipelineContext = {
    db,
    store,
    completions: new CompletionGroup(store, { maxItems: 100, maxWaitMs: () => 0 }),
    claimEvents: new ClaimEvents('worker-1'),
    cuts: new CutEvents('worker-1'),
    lostClaims: new LostClaims(),
    waitingVisits: new WaitingVisits(),
    suspects: new Suspects(db, 'worker-1'),
    http,
    robots: createRobotsMemory(),
    memory: createSourceMemory(),
    secretBox,
    log: createLogger({ level: 'silent', name: 'test' }),
    lake: { enabled: false, baseDir: '/nonexistent', prettyPrint: false },
    enableDiscovery: true,
    workerId: 'worker-1',
    leaseMs: 60_000,
    ...over,
  };
  return {
    context,
    async seed(source) {
      const input = {
        name: 'sample',
        type: 'test',
        enabled: true,
        settings: {},
        seeds: [{}],
        ...source,
      };
      const saved = await saveSource(db, systemActor('test'), input, { secretBox });
      await context.store.enqueueMany(seedItems(saved));
    },
    async claimOne() {
      const { batches } = await claimItems(context, { requests: 1, slots: 1, items: 1 });
      const [first] = batches.flat();
      if (!first) throw new Error('nothing could be claimed');
      return first;
    },
    async crawl() {
      for (;;) {
        const { batches } = await claimItems(context, { requests: 8, slots: 8, items: 50 });
        if (batches.length === 0) return crawledIn(db);
        await Promise.all(batches.flatMap((batch) => processBatch(batch, context)));
      }
    },
    async dispose() {
      await http.close();
      await giveBack();
    },
  };
}

async function crawledIn(db: Db): Promise<Map<string, CrawledItem>> {
  const items = await db.q.selectFrom('work_items').select(['request_uri', 'status']).execute();
  const records = await db.q.selectFrom('IngestRecords').select('request_uri').execute();
  const attempts = await db.q
    .selectFrom('work_item_attempts as a')
    .innerJoin('work_items as i', 'i.work_item_id', 'a.work_item_id')
    .select(['i.request_uri', 'a.facts'])
    .orderBy('a.finished_at')
    .execute();
  const facts = new Map(attempts.map((row) => [row.request_uri, row.facts]));
  return new Map(
    items.map(({ request_uri: url, status }) => {
      const told = facts.get(url);
      return [
        url,
        {
          status,
          records: records.filter((record) => record.request_uri === url).length,
          facts: told == null ? null : (JSON.parse(told) as JsonObject),
        },
      ];
    }),
  );
}
