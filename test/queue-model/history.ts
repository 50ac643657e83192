/** Lives one drawn history through, on the real queue and in the model, and stops where they part. */
import type { Db } from '#db/engine.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { follow } from './follow.ts';
import type { Operation } from './operation.ts';
import { type Connection, perform } from './perform.ts';
import { byName, newModel, type QueueModel } from './queue-model.ts';
import { type Hands, Ids, type Request, requestOf } from './request.ts';
import { emptyEndedRuns } from './rules-of-people.ts';
import { differences, snapshotOfDatabase, snapshotOfModel } from './snapshot.ts';
import { actors } from './world.ts';

interface Done {
  readonly operation: Operation;
  readonly request: Request;
  readonly seen: unknown;
}

/**
 * Carries the turns out one after the other; the operations of one turn begin together, over a
 * connection each, and must come out as if one had gone before the other.
 * @returns how many operations were carried out
 * @throws Error with the whole story when database and model disagree
 */
export async function live(
  connections: readonly [Connection, Connection],
  turns: readonly (readonly Operation[])[],
): Promise<number> {
  let model = newModel();
  const hands: Hands = byName(actors, () => []);
  const ids = new Ids();
  const story: string[] = [];
  let operations = 0;
  for (const turn of turns) {
    const asked = turn.flatMap((operation) => {
      const request = requestOf(operation, model, hands, ids);
      return request ? [{ operation, request }] : [];
    });
    if (asked.length === 0) continue;
    const done = await Promise.all(
      asked.map(async ({ operation, request }, n): Promise<Done> => {
        const connection = connections[n % 2] ?? connections[0];
        return { operation, request, seen: await perform(connection, request) };
      }),
    );
    // As a worker does once a second.
    await prepareRuns(connections[0].db);
    operations += done.length;
    story.push(done.map(told).join('\n   at once with '));
    const next = await agree(connections[0].db, model, done);
    if (typeof next === 'string') throw new Error(`${numbered(story)}\n\n${next}`);
    model = next;
    for (const one of done) remember(hands, one);
  }
  return operations;
}

/** The model after these, in whichever order explains the database; else what is wrong with the first. */
async function agree(
  db: Db,
  before: QueueModel,
  done: readonly Done[],
): Promise<QueueModel | string> {
  const { snapshot, createdAt } = await snapshotOfDatabase(db);
  const faults: string[] = [];
  for (const order of done.length > 1 ? [done, done.toReversed()] : [done]) {
    const model = structuredClone(before);
    const wrong = order.flatMap(
      ({ request, seen }) => follow(model, request, seen, done.length === 1) ?? [],
    );
    emptyEndedRuns(model);
    for (const item of model.items) item.createdAt = createdAt.get(item.id) ?? item.createdAt;
    wrong.push(...differences(snapshotOfModel(model), snapshot));
    if (wrong.length === 0) return model;
    faults.push(wrong.join('\n'));
  }
  return faults.join('\n\nThe other way round:\n');
}

/** Claims put leases into hands; a crash empties them. Lost ones stay: that is what zombies are. */
function remember(hands: Hands, { operation, seen }: Done): void {
  if (operation.kind === 'crash') hands[operation.actor] = [];
  if (operation.kind !== 'dequeue' && operation.kind !== 'claimPolitely') return;
  // `perform` returns this shape for claims.
  const { items } = seen as { items: Hands['ann'] };
  hands[operation.actor] = [...hands[operation.actor], ...items].slice(-8);
}

function told({ request, operation, seen }: Done): string {
  const { kind, ...rest } = request;
  const who = 'actor' in operation ? `${operation.actor}: ` : '';
  return `${who}${kind} ${JSON.stringify(rest)} → ${JSON.stringify(seen)}`;
}

const numbered = (story: readonly string[]): string =>
  ['What happened:', ...story.map((line, n) => `${String(n + 1).padStart(3)}. ${line}`)]
    .join('\n')
    // Ids are told apart by their ends.
    .replaceAll(
      /"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6})([0-9a-f]{6})"/g,
      '…$1',
    );
