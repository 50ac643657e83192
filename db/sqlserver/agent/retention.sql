-- Job "Holocron $(schema): retention": Deletes what is past its retention, in portions, for an hour at most.
-- How to install it: see install.sql. It runs in the database $(database), in the schema $(schema).
DECLARE @name SYSNAME = N'Holocron $(schema): retention', @operator SYSNAME = NULLIF(N'$(operator)', N'');
DECLARE @notify INT = CASE WHEN @operator IS NULL THEN 0 ELSE 2 END;
IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE [name] = @name)
    EXEC msdb.dbo.sp_delete_job @job_name = @name;
EXEC msdb.dbo.sp_add_job @job_name = @name, @category_name = N'Holocron', @enabled = 1,
    @description = N'Deletes what is past its retention, in portions, for an hour at most.', @notify_level_eventlog = 2, @notify_level_email = @notify, @notify_email_operator_name = @operator;
EXEC msdb.dbo.sp_add_jobstep @job_name = @name, @step_name = N'retention', @subsystem = N'TSQL', @database_name = N'$(database)',
    @command = N'SET QUOTED_IDENTIFIER ON; EXEC [$(schema)].[run_retention] @minutes = 60;', @retry_attempts = 1, @retry_interval = 5;
EXEC msdb.dbo.sp_add_jobschedule @job_name = @name, @name = N'retention',
    @freq_type = 4, @freq_interval = 1, @active_start_time = 030000;
EXEC msdb.dbo.sp_add_jobserver @job_name = @name;
GO
