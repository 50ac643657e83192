/** Where the database is and how it is reached, checked. */

export interface SqliteSettings {
  readonly engine: 'sqlite';
  readonly path: string;
  /** Why this engine was chosen, a sentence for the first log line. */
  readonly reason: string;
  /** Settings that were given and have no effect, a sentence each. */
  readonly notes: readonly string[];
}

export type ProcessRole = 'worker' | 'console' | 'command';

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
  /** A copy that lists and statistics are read from. */
  readonly replica?: ReplicaSettings;
  /** Asks the server for a copy that may be read only (`ApplicationIntent=ReadOnly`). */
  readonly readOnlyIntent?: boolean;
  /** What the process is, for whoever looks at the server's sessions; else it is a command. */
  readonly role?: ProcessRole;
  readonly reason: string;
  readonly notes: readonly string[];
}

/** How a readable copy is reached, where that differs from the database itself. */
export interface ReplicaSettings {
  readonly host: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

export type DatabaseSettings = SqliteSettings | SqlServerSettings;
