import { DummyDriver, Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../schema.ts';
import { SqlServerDialect } from './dialect.ts';
import { ConnectionPool } from './pool.ts';
import { sqlServerWords } from './words.ts';

const words = sqlServerWords('ingest');

function kysely(): Kysely<Database> {
  const dialect = new SqlServerDialect(Object.create(ConnectionPool.prototype));
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
}

const items = () => kysely().selectFrom('work_items').select('work_item_id');

it('a number of rows is a parameter, so that the text is one for all of them', () => {
  const texts = [1, 101].map((n) => words.take(items().where('priority', '=', n), n).compile());
  expect(texts.map(({ sql: text }) => text)).toEqual([texts[0]?.sql, texts[0]?.sql]);
  expect(texts[1]).toMatchObject({
    sql: expect.stringMatching(/^select top\(@1\) /),
    parameters: [101, 101],
  });
});

it('a list is one parameter, however long', () => {
  const asked = (ids: readonly string[]) =>
    items().where('work_item_id', 'in', words.listed(ids)).compile();
  const [few, many] = [asked(['a']), asked(Array.from({ length: 500 }, (_, n) => `id-${n}`))];
  expect(many.sql).toBe(few.sql);
  expect(many.parameters).toHaveLength(1);
  expect(few.sql).toContain('openjson(@1)');
});

it('a literal is NVARCHAR, as the columns are', () => {
  const { sql: text } = items().where('status', '=', sql.lit('pending')).compile();
  expect(text).toContain(`= N'pending'`);
});
