/** Follows open transactions, and holds the order in which each locks tables against the written one. */
import type { EngineName } from '#db/engine.ts';
import { changesOf, faultsOf, type TableChange } from './lock-order.ts';
import { type Modules, modulesOf } from './modules.ts';

/** SQLite writes totals at once, under its one writer's lock; on the server they are appended, by triggers. */
const atOnceInSqlite: ReadonlySet<string> = new Set(['source_totals', 'host_totals']);
/** As are the numbers of a run, and what a host has answered. */
const addsInSqlite =
  /^update "?ingest_runs"? set "?items_total"? = "?items_total"? \+|^update "?hosts"? set "?requests_total"? = requests_total \+ \?, .* "?pace_ms"? = \?/is;

export class LockOrderRecorder {
  readonly #open = new WeakMap<object, TableChange[]>();
  /** By engine and text: suites send few texts many times. */
  readonly #changes = new Map<string, readonly TableChange[]>();
  readonly #server: Modules = modulesOf('sqlserver');
  #faults = new Set<string>();

  begun(connection: object): void {
    this.#open.set(connection, []);
  }

  /** What is sent outside of a transaction is one by itself. */
  sent(connection: object, text: string, engine: EngineName): void {
    const changes = this.#changesOf(text, engine);
    const open = this.#open.get(connection);
    if (open) open.push(...changes);
    else this.#hold(changes);
  }

  /** A transaction that was rolled back has held its locks all the same. */
  ended(connection: object): void {
    this.#hold(this.#open.get(connection) ?? []);
    this.#open.delete(connection);
  }

  /** What was against the order since the last call. */
  takeFaults(): string[] {
    const faults = [...this.#faults].toSorted();
    this.#faults = new Set();
    return faults;
  }

  #hold(changes: readonly TableChange[]): void {
    for (const fault of faultsOf(changes)) this.#faults.add(fault);
  }

  /** Of both engines as they would be on the server, whose triggers and procedures are followed. */
  #changesOf(text: string, engine: EngineName): readonly TableChange[] {
    const key = `${engine} ${text}`;
    const known = this.#changes.get(key);
    if (known) return known;
    const followed = changesOf(text, this.#server);
    const changes =
      engine === 'sqlite'
        ? followed.filter(({ table }) => !atOnceInSqlite.has(table) && !addsInSqlite.test(text))
        : followed;
    this.#changes.set(key, changes);
    return changes;
  }
}
