/** What a list has for whoever sees some sources only. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import type { Sight } from '#lib/actor/model.ts';
import { type ColumnOf, type Condition, condition } from './access-path.ts';
import type { ListPage } from './list-page.ts';

/** Where nothing is seen. */
export const emptyPage: ListPage<never> = {
  rows: [],
  next: null,
  previous: null,
  searched: null,
  sortedAmong: null,
};

/** Whether a row is of these sources; none of no source. @param column the name of a source */
export const ofSources = (
  engine: Engine,
  column: Parameters<Engine['isExactly']>[0],
  names: readonly string[],
): RawBuilder<boolean> =>
  names.length === 0
    ? sql<boolean>`1 = 0`
    : sql<boolean>`(${sql.join(
        names.map((name) => engine.isExactly(column, name)),
        sql` or `,
      )})`;

/** The same as a list asks it, under the key `sight`; nothing for whoever sees all. */
export const sightConditions = (
  engine: Engine,
  ref: ColumnOf,
  sight: Sight,
): readonly Condition<'sight'>[] =>
  sight === null
    ? []
    : [condition(engine, ref, 'sight', (of) => ofSources(engine, of('source_name'), sight))];
