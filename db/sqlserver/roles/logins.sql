-- Logins and users of the console and of the workers, each in its role. It may be applied again at any time, and sets
-- the passwords anew; a user that a restore has left without its login gets it back. Azure SQL makes logins in master
-- alone: make them there by hand. A password must not contain a single quote.
--
-- Apply it after the roles, as a member of sysadmin, or of securityadmin and db_owner:
--   sqlcmd -S host -d Holocron -b -i logins.sql -v schema=ingest console_password='…' worker_password='…'
IF SUSER_ID(N'holocron_console') IS NULL
    CREATE LOGIN [holocron_console] WITH PASSWORD = N'$(console_password)';
ELSE
    ALTER LOGIN [holocron_console] WITH PASSWORD = N'$(console_password)';
GO
IF SUSER_ID(N'holocron_worker') IS NULL
    CREATE LOGIN [holocron_worker] WITH PASSWORD = N'$(worker_password)';
ELSE
    ALTER LOGIN [holocron_worker] WITH PASSWORD = N'$(worker_password)';
GO
IF DATABASE_PRINCIPAL_ID(N'holocron_console') IS NULL
    CREATE USER [holocron_console] FOR LOGIN [holocron_console] WITH DEFAULT_SCHEMA = [$(schema)];
ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'holocron_console' AND sid = SUSER_SID(N'holocron_console'))
    ALTER USER [holocron_console] WITH LOGIN = [holocron_console];
GO
IF DATABASE_PRINCIPAL_ID(N'holocron_worker') IS NULL
    CREATE USER [holocron_worker] FOR LOGIN [holocron_worker] WITH DEFAULT_SCHEMA = [$(schema)];
ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'holocron_worker' AND sid = SUSER_SID(N'holocron_worker'))
    ALTER USER [holocron_worker] WITH LOGIN = [holocron_worker];
GO
ALTER ROLE [$(schema)_console] ADD MEMBER [holocron_console];
GO
ALTER ROLE [$(schema)_worker] ADD MEMBER [holocron_worker];
