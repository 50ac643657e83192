/** What connector tests share: items as the queue would hold them, and fetches with a real client. */

import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { BudgetLeft } from '#lib/hosts/budget.ts';
import type { JsonObject } from '#lib/json.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import type {
  CommonSettings,
  FetchOutcome,
  SourceContext,
  SourceType,
} from '#lib/source-types/source-type.ts';
import { loopbackNetworks } from '#test/loopback-server.ts';

/** A claimed item made of what seeding or discovery yields. */
export function itemOf(
  seed: Partial<NewWorkItem> & Pick<NewWorkItem, 'resourceType' | 'resourceId' | 'requestUri'>,
  overrides: Partial<WorkItem> = {},
): WorkItem {
  return {
    ...unstoredItem({ sourceSystem: 'test', sourceName: 'here', priority: 10, ...seed }),
    // Two items of the same seed are equal.
    workItemId: '01980000-0000-7000-8000-000000000001',
    ...overrides,
  };
}

export interface Harness<S> {
  readonly context: SourceContext<S>;
  /** How often a connector waited politely. */
  readonly pauses: () => number;
  fetch(item: WorkItem): Promise<FetchOutcome>;
  /** As a worker does with items it claimed together. */
  fetchTogether(items: readonly WorkItem[]): Promise<(FetchOutcome | null)[]>;
  /** Items of one seed in YAML names. */
  seed(seed: JsonObject): WorkItem[];
  close(): Promise<void>;
}

/** A source of the type with the given settings, in YAML names, fetching over real sockets. */
export function harness<S extends CommonSettings, Seed>(
  type: SourceType<S, Seed>,
  settings: JsonObject,
  options: {
    readonly secrets?: Readonly<Record<string, string>>;
    readonly allow?: readonly string[];
    readonly signal?: AbortSignal;
    readonly budget?: () => BudgetLeft | null;
  } = {},
): Harness<S> {
  const http = createHttpClient({
    allow: options.allow ?? loopbackNetworks,
    userAgent: 'Deployment/1',
  });
  let pauses = 0;
  const context = {
    sourceName: 'here',
    settings: type.settingsSchema.parse(settings),
    secrets: options.secrets ?? {},
    userAgent: http.userAgent,
  };
  const fetching = {
    ...context,
    http,
    signal: options.signal ?? new AbortController().signal,
    politePause: async () => {
      pauses += 1;
    },
    budget: async () => options.budget?.() ?? null,
  };
  return {
    context,
    pauses: () => pauses,
    fetch: (item) => type.fetch(item, fetching),
    fetchTogether: async (items) => {
      if (!type.batch) throw new Error(`the type ${type.id} fetches one item at a time`);
      return type.batch.fetch(items, fetching);
    },
    seed: (seed) =>
      type.seedItems(context, type.seedSchema.parse(seed)).map((item) => itemOf(item)),
    close: () => http.close(),
  };
}
