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

/** How a process proves who it is, other than by a SQL login and its password. */
export type Authentication =
  /** A Windows account and its password, sent as NTLM. */
  | { readonly kind: 'ntlm'; readonly domain: string }
  /** An application of Microsoft Entra ID: `user` is its client id, `password` its secret. */
  | { readonly kind: 'service-principal'; readonly tenantId: string }
  /** The identity of the machine or service; `user` is the client id of one that a person assigned, or empty. */
  | { readonly kind: 'managed-identity' }
  /** Whatever the environment holds: variables, workload identity, managed identity, a signed-in tool. */
  | { readonly kind: 'default-credential' }
  /** A token that somebody else got, for as long as it lasts. */
  | { readonly kind: 'access-token'; readonly token: string };

export interface SqlServerSettings {
  readonly engine: 'sqlserver';
  readonly host: string;
  /** Not used for a named instance, whose port the server's browser service tells. */
  readonly port: number;
  readonly instanceName?: string;
  readonly database: string;
  /** Absent: a SQL login, `user` and `password`. */
  readonly authentication?: Authentication;
  /** Empty where the authentication names nobody. */
  readonly user: string;
  /** Empty where the authentication has none. */
  readonly password: string;
  readonly schema: string;
  /** `strict` is TDS 8: TLS before the first byte of TDS. */
  readonly encrypt: boolean | 'strict';
  readonly trustServerCertificate: boolean;
  /** The name that the server's certificate is for, where that is not the host. */
  readonly hostNameInCertificate?: string;
  /** Tries all addresses of the host at once: the listener of an availability group over several subnets. */
  readonly multiSubnetFailover?: boolean;
  /** Bytes of a network packet that is asked for; absent: the default. */
  readonly packetSize?: number;
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
  readonly instanceName?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

export type DatabaseSettings = SqliteSettings | SqlServerSettings;
