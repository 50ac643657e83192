/** A pipeline over a fresh database, for tests: real store, real sources, real HTTP on loopback. */
import { randomBytes } from 'node:crypto';
import type { ContractEngine } from '#db/testing/contract-engines.ts';
import { systemActor } from '#lib/access/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { createRobotsMemory } from '#lib/egress/robots.ts';
import { createLogger } from '#lib/log.ts';
import type { SourceInput } from '#lib/sources/model.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secret-box.ts';
import { seedItems } from '#lib/sources/seed-items.ts';
import { CompletionGroup } from '#lib/work-items/completion-group.ts';
import { createStateStore } from '#lib/work-items/create-state-store.ts';
import { claimItems } from '../pipeline/claim.ts';
import type { HeldItem, PipelineContext } from '../pipeline/context.ts';
import { createSourceMemory } from '../pipeline/load-source.ts';

export interface PipelineBench {
  readonly context: PipelineContext;
  /** Creates a source and enqueues its seeds. */
  seed(source: Partial<SourceInput>): Promise<void>;
  /** Claims the next item; fails the test when there is none. */
  claimOne(): Promise<HeldItem>;
  dispose(): Promise<void>;
}

export async function pipelineBench(
  engine: ContractEngine,
  over: Partial<PipelineContext> = {},
): Promise<PipelineBench> {
  const database = await engine.create();
  const { db } = database;
  const http = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'test' });
  const secretBox = createSecretBox(randomBytes(32));
  const store = over.store ?? (await createStateStore({ db }));
  const context: PipelineContext = {
    db,
    store,
    completions: new CompletionGroup(store, { maxItems: 100, maxWaitMs: 0 }),
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
      const { batches } = await claimItems(context, { requests: 1, items: 1 });
      const [first] = batches.flat();
      if (!first) throw new Error('nothing could be claimed');
      return first;
    },
    async dispose() {
      await http.close();
      await database.dispose();
    },
  };
}
