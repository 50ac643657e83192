/**
 * The small world of the model: who acts, on what. Minutes are the unit of time. Time passes in steps
 * of ten, and every span ends on an odd five, so that no deadline is ever nearer than five minutes and
 * the seconds a test really takes decide nothing.
 */

export const actors = ['ann', 'bob', 'cyd'] as const;
export type ActorName = (typeof actors)[number];
/** Those that are registered as workers, so that it is known when they die. */
export const registeredActors = ['ann', 'bob'] as const satisfies readonly ActorName[];

export interface SourceSpec {
  /** `source_system`. */
  readonly system: string;
  readonly maxAttempts: number;
  /** Between two requests of the whole fleet, minutes; 0 = no limit. */
  readonly delay: number;
}

export const sourceNames = ['free', 'polite', 'strange'] as const;
export type SourceName = (typeof sourceNames)[number];

export const sources: Readonly<Record<SourceName, SourceSpec>> = {
  free: { system: 'test', maxAttempts: 2, delay: 0 },
  polite: { system: 'test', maxAttempts: 3, delay: 15 },
  /** Not configured: claimed by `dequeue` only, with the default of four attempts. */
  strange: { system: 'elsewhere', maxAttempts: 4, delay: 0 },
};

/** Of a resource: each source asks two hosts, which no other source asks. */
export const hostOf = (source: SourceName, resource: string): string =>
  `${Number(resource.at(-1)) % 2 === 0 ? 'even' : 'odd'}.${source}.example`;

export const hostNames: readonly string[] = sourceNames.flatMap((name) =>
  ['0', '1'].map((resource) => hostOf(name, resource)),
);

export const configured = (source: SourceName): boolean => source !== 'strange';

export const runNames = ['run-1', 'run-2', 'run-small'] as const;
export type RunName = (typeof runNames)[number];
/** `max_items` of `run-small`. */
export const smallRunItems = 4;

/** Resources of each source: few, so that producers collide. */
export const resourceCount = 7;

/** UUIDs that sort in the order of `n`, so that a counter-example reads the same every time. */
export const idOf = (n: number): string =>
  `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const runIds: Readonly<Record<RunName, string>> = {
  'run-1': idOf(0xa01),
  'run-2': idOf(0xa02),
  'run-small': idOf(0xa03),
};

export const minutesToMs = (minutes: number): number => minutes * 60_000;
