-- Logins and users of the console and of the workers, each in its role. It may be applied again at any time, and sets
-- the passwords anew; a user that a restore has left without its login gets it back. Azure SQL makes logins in master
-- alone: make them there by hand.
--
-- `pnpm db:logins` applies it after the roles, with passwords from its environment. By hand, as a member of sysadmin, or
-- of securityadmin and db_owner, and without a single quote in a password (sqlcmd finds variables in its environment):
--   schema=ingest login_prefix=holocron console_password='…' worker_password='…' sqlcmd -S host -d Holocron -b -i logins.sql
IF SUSER_ID(N'$(login_prefix)_console') IS NULL
    CREATE LOGIN [$(login_prefix)_console] WITH PASSWORD = N'$(console_password)';
ELSE
    ALTER LOGIN [$(login_prefix)_console] WITH PASSWORD = N'$(console_password)';
GO
IF SUSER_ID(N'$(login_prefix)_worker') IS NULL
    CREATE LOGIN [$(login_prefix)_worker] WITH PASSWORD = N'$(worker_password)';
ELSE
    ALTER LOGIN [$(login_prefix)_worker] WITH PASSWORD = N'$(worker_password)';
GO
IF DATABASE_PRINCIPAL_ID(N'$(login_prefix)_console') IS NULL
    CREATE USER [$(login_prefix)_console] FOR LOGIN [$(login_prefix)_console] WITH DEFAULT_SCHEMA = [$(schema)];
ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'$(login_prefix)_console' AND sid = SUSER_SID(N'$(login_prefix)_console'))
    ALTER USER [$(login_prefix)_console] WITH LOGIN = [$(login_prefix)_console];
GO
IF DATABASE_PRINCIPAL_ID(N'$(login_prefix)_worker') IS NULL
    CREATE USER [$(login_prefix)_worker] FOR LOGIN [$(login_prefix)_worker] WITH DEFAULT_SCHEMA = [$(schema)];
ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'$(login_prefix)_worker' AND sid = SUSER_SID(N'$(login_prefix)_worker'))
    ALTER USER [$(login_prefix)_worker] WITH LOGIN = [$(login_prefix)_worker];
GO
ALTER ROLE [$(schema)_console] ADD MEMBER [$(login_prefix)_console];
GO
ALTER ROLE [$(schema)_worker] ADD MEMBER [$(login_prefix)_worker];
