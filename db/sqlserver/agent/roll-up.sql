-- Job "Holocron $(schema): roll-up": Adds the appended changes to the totals while no worker runs.
-- How to install it: see install.sql. It runs in the database $(database), in the schema $(schema).
DECLARE @name SYSNAME = N'Holocron $(schema): roll-up', @operator SYSNAME = NULLIF(N'$(operator)', N'');
DECLARE @notify INT = CASE WHEN @operator IS NULL THEN 0 ELSE 2 END;
IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE [name] = @name)
    EXEC msdb.dbo.sp_delete_job @job_name = @name;
EXEC msdb.dbo.sp_add_job @job_name = @name, @category_name = N'Holocron', @enabled = 1,
    @description = N'Adds the appended changes to the totals while no worker runs.', @notify_level_eventlog = 2, @notify_level_email = @notify, @notify_email_operator_name = @operator;
EXEC msdb.dbo.sp_add_jobstep @job_name = @name, @step_name = N'roll-up', @subsystem = N'TSQL', @database_name = N'$(database)',
    @command = N'SET QUOTED_IDENTIFIER ON; EXEC [$(schema)].[roll_up_totals];', @retry_attempts = 1, @retry_interval = 5;
EXEC msdb.dbo.sp_add_jobschedule @job_name = @name, @name = N'roll-up',
    @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4, @freq_subday_interval = 10;
EXEC msdb.dbo.sp_add_jobserver @job_name = @name;
GO
