import { expect, it } from 'vitest';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { serverBatch } from './server-batch.ts';
import { splitBatches } from './split-batches.ts';

it('adds all missing columns in one ALTER, and one by one where the server wants it', () => {
  const batch = `-- Two.
IF COL_LENGTH(N'[$(schema)].[t]', N'b') IS NULL
    ALTER TABLE [$(schema)].[t] ADD
        [a] NVARCHAR(10) NULL CONSTRAINT [CK_a] CHECK ([a] IN (N'x', N'it''s')),
        [b] INT NOT NULL CONSTRAINT [DF_b] DEFAULT 0;`;
  expect(serverBatch(batch)).toBe(`DECLARE @add NVARCHAR(MAX) = N'', @next NVARCHAR(300) = N', ';
IF SERVERPROPERTY(N'Babelfish') IS NOT NULL SET @next = N'; ALTER TABLE [$(schema)].[t] ADD ';
IF COL_LENGTH(N'[$(schema)].[t]', N'a') IS NULL SET @add = @add + @next + N'[a] NVARCHAR(10) NULL CONSTRAINT [CK_a] CHECK ([a] IN (N''x'', N''it''''s''))';
IF COL_LENGTH(N'[$(schema)].[t]', N'b') IS NULL SET @add = @add + @next + N'[b] INT NOT NULL CONSTRAINT [DF_b] DEFAULT 0';
IF @add <> N''
BEGIN
    SET @add = N'ALTER TABLE [$(schema)].[t] ADD ' + SUBSTRING(@add, LEN(@next + N'.'), LEN(@add));
    EXEC(@add);
END`);
});

const guard =
  "IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[s].[work_items]') AND name = N'IX')";

it('compares the texts of a filter in the collation of their column', () => {
  const sent = serverBatch(`${guard}
    CREATE NONCLUSTERED INDEX [IX]
    ON [s].[work_items] ([a]) INCLUDE ([b])
    WHERE [status] = N'pending' AND [why] <> N'held' AND [run] IS NULL;`);
  expect(sent.startsWith(`${guard}\nBEGIN`)).toBe(true);
  expect(sent).toContain(
    "WHERE [status] = N''pending''' + @collation0 + N' AND [why] <> N''held''' + @collation1 + N' AND [run] IS NULL' + @with)",
  );
  expect(sent.match(/DECLARE @collation\d/g)).toHaveLength(2);
});

it.each([
  ['', 'WITH (ONLINE = ON, RESUMABLE = ON)'],
  ['\n    WHERE [run] IS NULL', 'WITH (ONLINE = ON)'],
])(
  'builds an index beside its users where rows may be, with the condition “%s”',
  (where, options) => {
    const sent = serverBatch(`${guard}
    CREATE NONCLUSTERED INDEX [IX]
    ON [s].[work_items] ([a])${where};`);
    expect(sent).toContain(
      `IN (3, 5, 8) AND EXISTS (SELECT 1 FROM [s].[work_items])\n        SET @with = N' ${options}';`,
    );
  },
);

it.each(['IX_hosts_blocked', 'UX_users_identity', 'TR_work_items_ready'])(
  'sends %s as it stands',
  (name) => {
    const batches = readMigrationFiles(migrationsDir('sqlserver')).flatMap(({ script }) =>
      splitBatches(script).map(({ sql }) => sql),
    );
    const batch = batches.find((one) => one.includes(`[${name}]`)) ?? '';
    expect(batch).not.toBe('');
    expect(serverBatch(batch)).toBe(batch);
  },
);
