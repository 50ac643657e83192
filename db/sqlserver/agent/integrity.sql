-- Job "Holocron $(schema): integrity": Compares totals and queue with the items, and fails when they differ.
-- How to install it: see install.sql. It runs in the database $(database), in the schema $(schema).
DECLARE @name SYSNAME = N'Holocron $(schema): integrity', @operator SYSNAME = NULLIF(N'$(operator)', N'');
DECLARE @notify INT = CASE WHEN @operator IS NULL THEN 0 ELSE 2 END;
IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE [name] = @name)
    EXEC msdb.dbo.sp_delete_job @job_name = @name;
EXEC msdb.dbo.sp_add_job @job_name = @name, @category_name = N'Holocron', @enabled = 1,
    @description = N'Compares totals and queue with the items, and fails when they differ.', @notify_level_eventlog = 2, @notify_level_email = @notify, @notify_email_operator_name = @operator;
EXEC msdb.dbo.sp_add_jobstep @job_name = @name, @step_name = N'integrity', @subsystem = N'TSQL', @database_name = N'$(database)',
    @command = N'SET QUOTED_IDENTIFIER ON; EXEC [$(schema)].[check_integrity];', @retry_attempts = 1, @retry_interval = 5;
EXEC msdb.dbo.sp_add_jobschedule @job_name = @name, @name = N'integrity',
    @freq_type = 8, @freq_interval = 1, @freq_recurrence_factor = 1, @active_start_time = 040000;
EXEC msdb.dbo.sp_add_jobserver @job_name = @name;
GO
