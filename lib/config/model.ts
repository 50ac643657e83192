/** The configuration of a deployment: one typed object, parsed once, trusted everywhere. */
import type { DatabaseSettings } from '#db/settings/model.ts';
import type { JsonObject } from '#lib/json.ts';
import type { RequestSettings } from './request-settings.ts';
import type { ScannerSettings } from './scanner-settings.ts';
import type { KeyRing } from './secret-key.ts';
import type { SignInSettings } from './sign-in-settings.ts';
import type { SmtpSettings } from './smtp-settings.ts';

export interface LakeSettings {
  readonly enabled: boolean;
  /** Absolute directory. */
  readonly baseDir: string;
  readonly prettyPrint: boolean;
}

export interface RunnerSettings {
  /** Items claimed at once at most, 1..500. */
  readonly batchSize: number;
  /** Items processed by one invocation of `ingest` at most; null = no bound. */
  readonly maxItems: number | null;
  /** Attempts after the first, for sources of the file that name none of their own. */
  readonly maxRetries: number;
  readonly enableDiscovery: boolean;
  /** Items in flight in one worker at most, 1..200. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** While a disk has less room than this, no new work is begun; 0 = it never waits. */
  readonly pauseBelowBytes: number;
}

interface AdminSettings {
  readonly email: string;
  /** Absent = one is generated and shown once. */
  readonly password?: string;
}

export interface MonitoringSettings {
  /** Whoever asks for metrics must show it; null = the console answers nobody, a worker whoever reaches its port. */
  readonly token: string | null;
  /** Where a worker answers for its metrics and probes; null = nowhere. */
  readonly port: number | null;
  /** The address that port is opened at. */
  readonly host: string;
}

/** What every command reads. */
export interface Settings {
  readonly database: DatabaseSettings;
  /** CIDRs of private or local networks that sources may be on. */
  readonly egressAllow: readonly string[];
  /** Names of hosts that secrets are sent to without TLS. */
  readonly plainHttpHosts: readonly string[];
  /** Sent by sources that name no user agent of their own. */
  readonly userAgent: string;
  readonly lake: LakeSettings;
  readonly runner: RunnerSettings;
  readonly admin: AdminSettings;
  readonly signIn: SignInSettings;
  readonly requests: RequestSettings;
  readonly monitoring: MonitoringSettings;
  /** Null = no mail server is configured. */
  readonly smtp: SmtpSettings | null;
  /** Asked about files of records before they leave; null = nobody is. */
  readonly scanner: ScannerSettings | null;
  /** Absolute directory of the files that secrets may name. */
  readonly secretsDirectory: string;
  readonly logLevel: LogLevel;
  /** What was given and has no effect, unknown variables among it: a sentence each, no secrets. */
  readonly notes: readonly string[];
}

/** What a process needs that serves or ingests. */
export interface AppConfig extends Settings {
  /** Encrypt stored secrets; the key that signs sessions is derived from the current one. */
  readonly keys: KeyRing;
  /** Sources of the YAML file with their seeds; empty without a file. */
  readonly sources: readonly SourceInput[];
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command line gives; wins over everything else. */
export interface ConfigFlags {
  /** Path of the YAML file. */
  readonly config?: string | undefined;
  /** SQLite: the file; SQL Server: the database's name. */
  readonly database?: string | undefined;
  readonly maxItems?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly logLevel?: LogLevel | undefined;
}

/** A source as the form, the YAML file and the command give it. */
export interface SourceInput {
  readonly name: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
  /** Given = replace; an empty string = remove; absent = keep. */
  readonly secrets?: Readonly<Record<string, string>>;
}
