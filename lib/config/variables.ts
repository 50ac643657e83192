/** Every variable of the environment that this product reads: the one list, from which docs/configuration.md is made. */
export interface Variable {
  readonly name: string;
  /** What holds when it is not set, in Markdown; empty where nothing does. */
  readonly default: string;
  /** In Markdown. */
  readonly meaning: string;
}

interface VariableGroup {
  readonly title: string;
  readonly variables: readonly Variable[];
}

const variable = (name: string, otherwise: string, meaning: string): Variable => ({
  name,
  default: otherwise,
  meaning,
});
const asDatabase = 'that of the database';

export const variableGroups: readonly VariableGroup[] = [
  {
    title: 'Which settings, which database',
    variables: [
      variable(
        'INGEST_CONFIG',
        '',
        'YAML file that every command and the console read; `--config` wins',
      ),
      variable(
        'DB_BACKEND',
        'SQL Server when any setting of it is given, else SQLite',
        '`sqlserver` or `sqlite`',
      ),
      variable('INGEST_SQLITE_PATH', '`data/holocron.db`', 'the file of the embedded database'),
      variable(
        'INGEST_MIGRATIONS_DIR',
        '`db/migrations` of this version',
        'directory of the migrations',
      ),
    ],
  },
  {
    title: 'SQL Server',
    variables: [
      variable('INGEST_SQLSERVER_HOST', '`localhost`', 'host name or address, or `host\\instance`'),
      variable('INGEST_SQLSERVER_PORT', '`1433`', 'wins over the name of an instance'),
      variable('INGEST_SQLSERVER_DATABASE', '`Holocron`', 'created by `pnpm db:init` when missing'),
      variable(
        'INGEST_SQLSERVER_AUTHENTICATION',
        '`SqlPassword`',
        'how to [sign in](sql-server.md#sign-in): also `Ntlm` and the `ActiveDirectory…` kinds',
      ),
      variable('INGEST_SQLSERVER_USER', '`sa`', 'the login; with Entra ID the client id'),
      variable(
        'INGEST_SQLSERVER_PASSWORD',
        '`MSSQL_SA_PASSWORD`',
        'required where the sign-in has one; for an application of Entra ID its secret',
      ),
      variable('INGEST_SQLSERVER_TENANT_ID', '', 'the directory of an application of Entra ID'),
      variable(
        'INGEST_SQLSERVER_ACCESS_TOKEN',
        '',
        'for `ActiveDirectoryAccessToken`; when it has expired, no new connection is made',
      ),
      variable(
        'MSSQL_SA_PASSWORD',
        '',
        'the password when the one above is unset; the compose file starts its server with it',
      ),
      variable(
        'MSSQL_CONSOLE_PASSWORD',
        '',
        'of the login that [`pnpm db:logins`](sql-server.md#rights) makes for the console; nothing else reads it',
      ),
      variable('MSSQL_WORKER_PASSWORD', '', 'of the one that it makes for the workers'),
      variable('INGEST_SQLSERVER_SCHEMA', '`ingest`', 'schema of all tables'),
      variable('INGEST_SQLSERVER_ENCRYPT', '`yes`', '`yes`, `no` or `strict` (TDS 8)'),
      variable(
        'INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE',
        '`yes` for this machine (`localhost`, `127.0.0.1`, `::1`), else `no`',
        '`yes` trusts whatever certificate the server shows; never with `strict`',
      ),
      variable(
        'INGEST_SQLSERVER_HOST_NAME_IN_CERTIFICATE',
        'the host',
        'the name that the server’s certificate must be for',
      ),
      variable(
        'INGEST_SQLSERVER_MULTI_SUBNET_FAILOVER',
        '`no`',
        '`yes` tries all addresses of the host at once: the listener of an availability group',
      ),
      variable('INGEST_SQLSERVER_PACKET_SIZE', '`4096`', 'bytes of a network packet, 512 to 32767'),
      variable('INGEST_SQLSERVER_CONNECT_TIMEOUT', '`15`', 'seconds'),
      variable('INGEST_SQLSERVER_REQUEST_TIMEOUT', '`30`', 'seconds for one statement'),
      variable('INGEST_SQLSERVER_POOL_MAX', '`10`', 'connections of one process, 1 to 200'),
      variable(
        'INGEST_SQLSERVER_STATE_CONN_STR',
        '',
        'an ODBC connection string; what it names wins over the above, also `host\\instance`',
      ),
      variable('INGEST_SQLSERVER_DRIVER', '', 'accepted, not used: no ODBC driver is needed'),
      variable(
        'INGEST_SQLSERVER_REPLICA_HOST',
        'none',
        'a readable copy, for lists and statistics; see [SQL Server](sql-server.md)',
      ),
      variable('INGEST_SQLSERVER_REPLICA_PORT', asDatabase, ''),
      variable('INGEST_SQLSERVER_REPLICA_DATABASE', asDatabase, ''),
      variable('INGEST_SQLSERVER_REPLICA_USER', asDatabase, 'a login that only reads will do'),
      variable(
        'INGEST_SQLSERVER_REPLICA_PASSWORD',
        asDatabase,
        'required when the copy has a user of its own',
      ),
    ],
  },
  {
    title: 'Ingestion',
    variables: [
      variable(
        'INGEST_EGRESS_ALLOW',
        'none',
        'private or local networks that sources may reach, as CIDRs with commas',
      ),
      variable(
        'INGEST_PLAIN_HTTP_HOSTS',
        'none: secrets of sources and addresses of webhooks are sent by https, or to this machine',
        'names of hosts, with commas, that they are sent to by http as well',
      ),
      variable('INGEST_USER_AGENT', '`HolocronIngest/0.1`', 'for sources without one of their own'),
      variable(
        'INGEST_CONCURRENCY',
        '`4`',
        'requests of one worker at the same time, 1 to 200; `--concurrency` wins',
      ),
      variable(
        'INGEST_BATCH_SIZE',
        '`100`',
        'items claimed at once at most, 1 to 500: a worker claims what it will have begun in a moment; `--batch-size` wins',
      ),
      variable('INGEST_MAX_RETRIES', '`3`', 'for sources of the YAML file that name none'),
      variable('INGEST_ENABLE_DISCOVERY', '`true`', 'follow what records lead to'),
      variable(
        'INGEST_LEASE_SECONDS',
        '`60`',
        'after this time an item of a dead worker returns, 5 to 3600',
      ),
      variable(
        'INGEST_DISK_PAUSE_MIB',
        '`1024`',
        'no new work is begun while less is free for the database or the file lake, MiB; 0 = never',
      ),
      variable('INGEST_LAKE_ENABLED', '`false`', 'store every record as a JSON file too'),
      variable('INGEST_LAKE_DIR', '`data/lake`', 'directory of these files'),
      variable('INGEST_LAKE_PRETTY_PRINT', '`false`', 'indent them'),
      variable(
        'INGEST_SOURCE_<NAME>_<SECRET>',
        '',
        'a secret of a source of the YAML file, e.g. `INGEST_SOURCE_OPENALEX_API_KEY`',
      ),
    ],
  },
  {
    title: 'Keys and sign-in',
    variables: [
      variable(
        'INGEST_SECRET_KEY',
        'a key file',
        'master key: 32 bytes in base64, or any text of 32 characters or more',
      ),
      variable(
        'INGEST_SECRET_KEY_FILE',
        '`secret.key` beside the database, or in `data/`',
        'made at first use, readable by its owner only; a key a line, the current one first',
      ),
      variable(
        'INGEST_SECRET_KEY_OLDER',
        'none',
        'keys that were current once, with blanks between: they still open what was stored under them',
      ),
      variable(
        'INGEST_SECRETS_DIR',
        '`/run/secrets`',
        'directory of the files that a secret of a source may name, as `file:NAME`',
      ),
      variable('INGEST_ADMIN_EMAIL', '`admin@holocron.local`', 'the first administrator'),
      variable(
        'INGEST_ADMIN_PASSWORD',
        'generated, shown once, changed at the first sign-in',
        '12 characters or more, none of the commonest',
      ),
      variable(
        'INGEST_PASSWORD_SIGN_IN',
        '`on`',
        '`off` leaves the provider below as the only way in',
      ),
      variable(
        'INGEST_OIDC_ISSUER',
        'none',
        'an OpenID Connect provider to sign in with; see [Sign-in](sign-in.md)',
      ),
      variable('INGEST_OIDC_CLIENT_ID', '', 'required with an issuer'),
      variable('INGEST_OIDC_CLIENT_SECRET', '', 'required with an issuer'),
      variable(
        'INGEST_OIDC_NAME',
        '`single sign-on`',
        'what people call the provider; shown on the button',
      ),
      variable(
        'INGEST_OIDC_SCOPES',
        '`openid profile email`',
        'what the provider is asked for; `openid` among them',
      ),
      variable(
        'INGEST_OIDC_ROLE_CLAIM',
        '`roles`',
        'the claim that gives a role, also as a path such as `realm_access.roles`',
      ),
      variable(
        'INGEST_OIDC_ADMINS',
        'none',
        'values of that claim, with commas, that make an administrator',
      ),
      variable('INGEST_OIDC_OPERATORS', 'none', '… an operator'),
      variable('INGEST_OIDC_VIEWERS', 'none', '… a viewer'),
      variable(
        'INGEST_OIDC_DEFAULT_ROLE',
        'none: they are refused',
        'role of people to whom the claim gives none',
      ),
      variable(
        'INGEST_OIDC_TRUST_EMAIL',
        '`no`',
        "`yes`: the provider's addresses count as verified though it does not say so",
      ),
      variable(
        'NEXTAUTH_URL',
        'the address served',
        "the console's address as browsers see it, behind a proxy; links in messages begin with it, so workers want it too",
      ),
      variable(
        'NEXTAUTH_SECRET',
        'derived from the master key',
        'encrypts the cookies of sessions',
      ),
      variable(
        'INGEST_TRUSTED_PROXIES',
        'none',
        'networks (CIDR, with commas) of the proxies whose `X-Forwarded-For`, `-Host` and `-Proto` are believed',
      ),
      variable(
        'INGEST_ALLOWED_HOSTS',
        'any',
        'names, with commas, by which the console may be asked for beside that of `NEXTAUTH_URL`',
      ),
    ],
  },
  {
    title: 'E-mail',
    variables: [
      variable(
        'INGEST_SMTP_HOST',
        'none',
        'the mail server that [channels](alerts.md#channels) of e-mail send through',
      ),
      variable('INGEST_SMTP_PORT', '`587`, `465` with `tls`, `25` with `none`', ''),
      variable(
        'INGEST_SMTP_SECURITY',
        '`starttls`',
        '`starttls`, `tls` from the first byte, or `none`; an authority of your own: `NODE_EXTRA_CA_CERTS`',
      ),
      variable('INGEST_SMTP_USER', 'none', 'where the server asks for a sign-in'),
      variable('INGEST_SMTP_PASSWORD', '', 'required with a user'),
      variable('INGEST_SMTP_FROM', '', 'the address messages come from; required with a host'),
    ],
  },
  {
    title: 'Malware',
    variables: [
      variable(
        'INGEST_CLAMD',
        'none',
        'a [clamd](security.md#v5-file-handling) that is asked about files of records before they leave the console: `host:port` or the path of its socket. What it finds something in, or cannot be asked about, does not leave',
      ),
    ],
  },
  {
    title: 'Processes',
    variables: [
      variable('PORT', '`3000`', 'where `pnpm start` and `pnpm dev` serve the console'),
      variable('HOST', '`127.0.0.1`', 'the address they listen on; `0.0.0.0` = all networks'),
      variable(
        'INGEST_LOG_LEVEL',
        '`info`',
        '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`; `--verbose` wins',
      ),
      variable(
        'INGEST_METRICS_TOKEN',
        'none: the console has no `/metrics`',
        'bearer token that [metrics](monitoring.md) are asked for with, of workers too; 16 characters or more',
      ),
      variable(
        'INGEST_METRICS_PORT',
        'none',
        'where a worker answers for its metrics and [probes](monitoring.md#probes)',
      ),
      variable(
        'INGEST_METRICS_HOST',
        '`127.0.0.1`',
        'the address that port is opened at; `0.0.0.0` = all networks',
      ),
      variable(
        'OTEL_EXPORTER_OTLP_ENDPOINT',
        'none',
        'a receiver of OTLP over HTTP, for [traces](monitoring.md#traces) and [metrics](monitoring.md#metrics-by-otlp)',
      ),
      variable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'the one above with `/v1/traces`', ''),
      variable('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'the one above with `/v1/metrics`', ''),
      variable(
        'OTEL_EXPORTER_OTLP_HEADERS',
        '',
        '`name=value`, separated by commas; sent by https, or to this machine',
      ),
      variable('OTEL_EXPORTER_OTLP_INSECURE', '`false`', '`true` sends them by http as well'),
      variable('OTEL_METRIC_EXPORT_INTERVAL', '`60000`', 'milliseconds between two sendings'),
      variable('OTEL_TRACES_EXPORTER', '', '`none` sends no traces'),
      variable(
        'OTEL_TRACES_SAMPLER',
        'one item in ten, and every attempt that failed',
        '`traceidratio` traces the share in the next; `always_on`, `always_off`',
      ),
      variable('OTEL_TRACES_SAMPLER_ARG', '`1`', 'from 0 to 1: `0.1` traces one item in ten'),
      variable('OTEL_METRICS_EXPORTER', '', '`none` sends no metrics'),
      variable('OTEL_SERVICE_NAME', '`holocron-worker`, `holocron-console`', ''),
      variable('OTEL_SDK_DISABLED', '', '`true` sends nothing'),
      variable(
        'INGEST_DESIGN_PAGE',
        '',
        '`1` shows the page of all components, `/design`, outside of development too',
      ),
    ],
  },
];
