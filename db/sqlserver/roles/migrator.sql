-- Role [$(schema)_migrator]: applies migrations (`pnpm db:init`) and makes the first administrator.
-- It changes tables and data of this schema, and nothing else in the database. The database itself is
-- made by whoever owns the server; without it, db:init would need the server role dbcreator.
--
-- Apply all four files after the first migration, as a member of db_owner: `pnpm db:logins` does, and makes logins, or
--   sqlcmd -S host -d Holocron -b -v schema=ingest -i migrator.sql,worker.sql,console.sql,reader.sql
-- They may be applied again at any time, and must be after a migration that adds tables. Then a login each:
--   CREATE LOGIN holocron_migrator WITH PASSWORD = N'…';
--   CREATE USER holocron_migrator FOR LOGIN holocron_migrator WITH DEFAULT_SCHEMA = [ingest];
--   ALTER ROLE [ingest_migrator] ADD MEMBER holocron_migrator;
-- Who runs what: db:init as migrator, workers as worker, the console as console and, because it also
-- saves the file's sources, `pnpm ingest` as both (a user may be a member of both roles).
IF DATABASE_PRINCIPAL_ID(N'$(schema)_migrator') IS NULL CREATE ROLE [$(schema)_migrator];
GO
-- The schema exists by now, so CREATE SCHEMA is not needed; CREATE TABLE counts for the whole database
-- but a table can only be made in a schema one may ALTER.
GRANT CREATE TABLE TO [$(schema)_migrator];
GO
GRANT ALTER, REFERENCES, VIEW DEFINITION ON SCHEMA::[$(schema)] TO [$(schema)_migrator];
GO
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::[$(schema)] TO [$(schema)_migrator];
