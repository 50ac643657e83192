-- Removes every job and alert of one schema; running jobs are stopped.
--   sqlcmd -S host -b -v schema=ingest -i remove.sql
SET NOCOUNT ON;
DECLARE @prefix NVARCHAR(200) = N'Holocron $(schema): ', @name SYSNAME;
SET @name = (SELECT MIN([name]) FROM msdb.dbo.sysjobs WHERE LEFT([name], LEN(@prefix) + 1) = @prefix);
WHILE @name IS NOT NULL
BEGIN
    EXEC msdb.dbo.sp_delete_job @job_name = @name, @delete_unused_schedule = 1;
    SET @name = (SELECT MIN([name]) FROM msdb.dbo.sysjobs WHERE LEFT([name], LEN(@prefix) + 1) = @prefix);
END
SET @name = (SELECT MIN([name]) FROM msdb.dbo.sysalerts WHERE LEFT([name], LEN(@prefix) + 1) = @prefix);
WHILE @name IS NOT NULL
BEGIN
    EXEC msdb.dbo.sp_delete_alert @name = @name;
    SET @name = (SELECT MIN([name]) FROM msdb.dbo.sysalerts WHERE LEFT([name], LEN(@prefix) + 1) = @prefix);
END
GO
