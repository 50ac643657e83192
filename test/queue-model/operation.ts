/** What may happen, as plain data that fast-check can draw, shrink and print. */
import fc from 'fast-check';
import { workItemStatuses } from '#db/schema.ts';
import { actors, registeredActors, resourceCount, runNames, sourceNames } from './world.ts';

const actor = fc.constantFrom(...actors);
const registered = fc.constantFrom(...registeredActors);
const source = fc.constantFrom(...sourceNames);
const run = fc.constantFrom(...runNames);
const resource = fc.record({ source, n: fc.nat({ max: resourceCount - 1 }) });
/** Which of the leases an actor has had, counted from the latest; far ones are lost ones. */
const nth = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 5 }));
/** Which of the items there are. */
const pick = fc.nat({ max: 20 });
const picks = fc.array(pick, { minLength: 1, maxLength: 3 });
const leaseMinutes = fc.constantFrom(25, 65);
const find = fc.record({ resource, depth: fc.constantFrom(1, 3) });

const newItem = fc.record({
  resource,
  priority: fc.constantFrom(100, 10),
  run: fc.option(run, { nil: null }),
  /** Scheduled this many minutes ahead. */
  inMinutes: fc.constantFrom(0, 0, 0, 15),
});

const completion = fc.record({
  nth,
  /** What came back: a page (of two possible contents), "not modified", or another name of a page. */
  brings: fc.constantFrom('content-1', 'content-2', 'not-modified', 'alias'),
  finds: fc.array(find, { maxLength: 3 }),
});

const of = <K extends string, T extends object>(
  kind: K,
  rest: { [P in keyof T]: fc.Arbitrary<T[P]> },
): fc.Arbitrary<{ readonly kind: K } & T> =>
  // fc.record types its result by the arbitraries it is given, which TypeScript cannot join with the
  // literal in a generic function; the shape is the same.
  fc.record({ kind: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<
    { readonly kind: K } & T
  >;

const byWorkers = [
  {
    weight: 6,
    arbitrary: of('enqueue', { actor, items: fc.array(newItem, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: of('dequeue', { actor, limit: fc.integer({ min: 0, max: 4 }), leaseMinutes }),
  },
  {
    weight: 7,
    arbitrary: of('claimPolitely', {
      actor,
      limit: fc.integer({ min: 1, max: 4 }),
      leaseMinutes,
      batch: fc.constantFrom(1, 2),
    }),
  },
  { weight: 3, arbitrary: of('renew', { actor, leaseMinutes }) },
  { weight: 7, arbitrary: of('complete', { actor, completion }) },
  {
    weight: 3,
    arbitrary: of('completeMany', {
      actor,
      completions: fc.array(completion, { minLength: 2, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: of('fail', {
      actor,
      nth,
      decision: fc.constantFrom('retry', 'retry', 'give_up', 'skip'),
      blockHost: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 2, arbitrary: of('release', { actor, nth }) },
  {
    weight: 3,
    arbitrary: of('releaseSlot', { actor, nth, sentAfterMinutes: fc.constantFrom(0, 10) }),
  },
  { weight: 3, arbitrary: of('rescue', { actor }) },
  { weight: 2, arbitrary: of('heartbeat', { actor: registered }) },
  { weight: 2, arbitrary: of('trySuspect', { actor: registered, nth }) },
] as const;

const byPeople = [
  {
    weight: 2,
    arbitrary: of('recrawl', {
      source: fc.option(source, { nil: null }),
      statuses: fc.option(fc.subarray([...workItemStatuses], { minLength: 1 }), { nil: null }),
      into: fc.option(run, { nil: null }),
    }),
  },
  { weight: 1, arbitrary: of('recrawlItems', { picks }) },
  { weight: 1, arbitrary: of('retryItems', { picks }) },
  { weight: 1, arbitrary: of('skipItems', { picks }) },
  {
    weight: 2,
    arbitrary: of('updateStatus', {
      pick,
      status: fc.constantFrom(...workItemStatuses),
      /** Names a lease: the item's own, or one that is nobody's. */
      lease: fc.constantFrom('none', 'none', 'own', 'wrong'),
    }),
  },
  { weight: 1, arbitrary: of('pauseSource', { source: fc.constantFrom('free', 'polite') }) },
  { weight: 2, arbitrary: of('resumeSource', { source: fc.constantFrom('free', 'polite') }) },
  { weight: 1, arbitrary: of('pauseRun', { run }) },
  { weight: 2, arbitrary: of('resumeRun', { run }) },
  { weight: 1, arbitrary: of('stopRun', { run }) },
  { weight: 1, arbitrary: of('cancelRun', { run }) },
] as const;

const byNobody = [
  { weight: 1, arbitrary: of('finishRuns', {}) },
  { weight: 1, arbitrary: of('rollUpTotals', {}) },
  { weight: 1, arbitrary: of('checkCounters', {}) },
  /** The specification's third pattern: rows changed by plain SQL, past the store. */
  { weight: 1, arbitrary: of('plainReset', { source }) },
  { weight: 1, arbitrary: of('crash', { actor }) },
  { weight: 5, arbitrary: of('timePasses', { minutes: fc.constantFrom(10, 30, 100) }) },
] as const;

const single = fc.oneof(...byWorkers, ...byPeople, ...byNobody);

type Drawn<T> = T extends fc.Arbitrary<infer V> ? V : never;
export type Operation = Drawn<typeof single>;
export type OperationKind = Operation['kind'];
export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>;

/**
 * What two actors may do at the same moment: one transaction each, or several in which order says all. A
 * polite claim looks at one source after the other, so what commits between two of them makes it neither the
 * first nor the second; contract tests show that nothing is claimed twice then.
 */
const atOnce = fc.oneof(...byWorkers, ...byPeople).filter(({ kind }) => kind !== 'claimPolitely');

/** One operation, or two begun together over two connections. */
export const turn: fc.Arbitrary<readonly Operation[]> = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(single) },
  { weight: 1, arbitrary: fc.tuple(atOnce, atOnce) },
);
