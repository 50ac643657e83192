import type { DatabaseSettings } from '#db/settings/model.ts';

/** The variables that name this database to a process. */
export function environmentOf(settings: DatabaseSettings): Record<string, string> {
  if (settings.engine === 'sqlite') {
    return { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: settings.path };
  }
  const yesOrNo = (value: boolean) => (value ? 'yes' : 'no');
  const { encrypt } = settings;
  return {
    DB_BACKEND: 'sqlserver',
    INGEST_SQLSERVER_HOST: settings.host,
    INGEST_SQLSERVER_PORT: String(settings.port),
    INGEST_SQLSERVER_USER: settings.user,
    INGEST_SQLSERVER_PASSWORD: settings.password,
    INGEST_SQLSERVER_DATABASE: settings.database,
    INGEST_SQLSERVER_SCHEMA: settings.schema,
    INGEST_SQLSERVER_ENCRYPT: encrypt === 'strict' ? encrypt : yesOrNo(encrypt),
    INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE: yesOrNo(settings.trustServerCertificate),
  };
}
