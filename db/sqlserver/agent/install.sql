-- Installs the jobs of SQL Server Agent for one schema; it may be run again. As a member of sysadmin or SQLAgentOperatorRole:
--   sqlcmd -S host -b -v schema=ingest database=Holocron operator="" -i install.sql
-- operator: whom Agent writes to when a job fails and when the server runs out of room; empty = nobody (the error stands in
-- the job's history and in the event log). A recrawl is a job for each source:
--   sqlcmd -S host -b -v schema=ingest database=Holocron operator="" source=news days=30 -i recrawl.sql
-- The jobs run as their owner, who needs the worker's role in the database. There is no Agent on Express and Azure SQL Database.
:on error exit
SET NOCOUNT ON;
IF NOT EXISTS (SELECT 1 FROM msdb.dbo.syscategories WHERE [name] = N'Holocron' AND category_class = 1)
    EXEC msdb.dbo.sp_add_category @class = N'JOB', @type = N'LOCAL', @name = N'Holocron';
GO
:r retention.sql
:r roll-up.sql
:r partitions.sql
:r integrity.sql
:r alerts.sql
PRINT N'The jobs of $(schema) are installed.';
GO
