/** Where the database is and how it is reached, checked. */

export interface SqliteSettings {
  readonly engine: 'sqlite';
  readonly path: string;
  /** Why this engine was chosen, a sentence for the first log line. */
  readonly reason: string;
  /** Settings that were given and have no effect, a sentence each. */
  readonly notes: readonly string[];
}

export interface SqlServerSettings {
  readonly engine: 'sqlserver';
  readonly host: string;
  /** Not used for a named instance, whose port the server's browser service tells. */
  readonly port: number;
  readonly instanceName?: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly schema: string;
  /** `strict` is TDS 8: TLS before the first byte of TDS. */
  readonly encrypt: boolean | 'strict';
  readonly trustServerCertificate: boolean;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly poolMax: number;
  readonly reason: string;
  readonly notes: readonly string[];
}

export type DatabaseSettings = SqliteSettings | SqlServerSettings;
