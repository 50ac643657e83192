-- Run with the sqlcmd variable schema, e.g. sqlcmd -v schema=ingest -i 0001_create_schema.sql
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET XACT_ABORT ON;
GO
IF SCHEMA_ID(N'$(schema)') IS NULL
    EXEC(N'CREATE SCHEMA [$(schema)]');
GO
