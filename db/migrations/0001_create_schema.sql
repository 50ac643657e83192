-- Run with the sqlcmd variable schema, e.g. sqlcmd -v schema=ingest -i 0001_create_schema.sql
IF SCHEMA_ID(N'$(schema)') IS NULL
    EXEC(N'CREATE SCHEMA [$(schema)]');
GO
