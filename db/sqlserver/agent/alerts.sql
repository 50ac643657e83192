-- Alerts of the database $(database) for what stops a queue: no room for data (1105), no room in the log (9002), no memory for
-- locks (1204), and whatever has severity 17. Failed jobs tell the operator themselves.
DECLARE @operator SYSNAME = NULLIF(N'$(operator)', N'');
DECLARE @alert TABLE ([name] SYSNAME NOT NULL PRIMARY KEY, [number] INT NOT NULL, [severity] INT NOT NULL);
INSERT INTO @alert ([name], [number], [severity]) VALUES
    (N'Holocron $(schema): data full', 1105, 0),
    (N'Holocron $(schema): log full', 9002, 0),
    (N'Holocron $(schema): no memory for locks', 1204, 0),
    (N'Holocron $(schema): out of resources', 0, 17);
DECLARE @name SYSNAME = (SELECT MIN([name]) FROM @alert), @number INT, @severity INT;
WHILE @name IS NOT NULL
BEGIN
    SELECT @number = [number], @severity = [severity] FROM @alert WHERE [name] = @name;
    IF EXISTS (SELECT 1 FROM msdb.dbo.sysalerts WHERE [name] = @name)
        EXEC msdb.dbo.sp_delete_alert @name = @name;
    EXEC msdb.dbo.sp_add_alert @name = @name, @message_id = @number, @severity = @severity, @database_name = N'$(database)',
        @delay_between_responses = 900, @include_event_description_in = 1;
    IF @operator IS NOT NULL
        EXEC msdb.dbo.sp_add_notification @alert_name = @name, @operator_name = @operator, @notification_method = 1;
    SET @name = (SELECT MIN([name]) FROM @alert WHERE [name] > @name);
END
GO
