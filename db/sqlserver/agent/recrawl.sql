-- Job "Holocron $(schema): recrawl $(source)": Sends completed items of a source round again that were not fetched for $(days) days.
-- How to install it: see install.sql. It runs in the database $(database), in the schema $(schema).
DECLARE @name SYSNAME = N'Holocron $(schema): recrawl $(source)', @operator SYSNAME = NULLIF(N'$(operator)', N'');
DECLARE @notify INT = CASE WHEN @operator IS NULL THEN 0 ELSE 2 END;
IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE [name] = @name)
    EXEC msdb.dbo.sp_delete_job @job_name = @name;
EXEC msdb.dbo.sp_add_job @job_name = @name, @category_name = N'Holocron', @enabled = 1,
    @description = N'Sends completed items of a source round again that were not fetched for $(days) days.', @notify_level_eventlog = 2, @notify_level_email = @notify, @notify_email_operator_name = @operator;
EXEC msdb.dbo.sp_add_jobstep @job_name = @name, @step_name = N'recrawl $(source)', @subsystem = N'TSQL', @database_name = N'$(database)',
    @command = N'SET QUOTED_IDENTIFIER ON; EXEC [$(schema)].[recrawl_stale] @source_name = N''$(source)'', @days = $(days), @most = 10000;', @retry_attempts = 1, @retry_interval = 5;
EXEC msdb.dbo.sp_add_jobschedule @job_name = @name, @name = N'recrawl $(source)',
    @freq_type = 4, @freq_interval = 1, @active_start_time = 010000;
EXEC msdb.dbo.sp_add_jobserver @job_name = @name;
GO
