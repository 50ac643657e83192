/** The settings' values before they are checked: each with the name a person gave it under. */
import { DatabaseError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a YAML file below `state:`. */
export interface YamlState {
  readonly type?: string | undefined;
  readonly sqlserver?: YamlSqlServer | undefined;
  readonly sqlite?: { readonly path?: string | undefined } | undefined;
}

export interface YamlSqlServer {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly driver?: string | undefined;
  readonly schema?: string | undefined;
  readonly encrypt?: boolean | 'strict' | undefined;
  readonly trust_server_certificate?: boolean | undefined;
  readonly authentication?: string | undefined;
  readonly tenant_id?: string | undefined;
  readonly host_name_in_certificate?: string | undefined;
  readonly multi_subnet_failover?: boolean | undefined;
  readonly packet_size?: number | undefined;
  readonly replica?: YamlReplica | undefined;
}

export interface YamlReplica {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
}

/** A value and where it came from: a variable, a YAML key, or a key of the connection string. */
export interface Given {
  readonly value: string;
  readonly from: string;
}

/** The first that was given; an empty variable counts as not given, as compose files leave them. */
export function firstGiven(...candidates: readonly (Given | undefined)[]): Given | undefined {
  return candidates.find((one) => one !== undefined && one.value !== '');
}

export function fromEnvironment(env: Environment, name: string): Given | undefined {
  const value = env[name];
  return value === undefined ? undefined : { value, from: name };
}

export function fromYaml(
  value: string | number | boolean | undefined,
  key: string,
): Given | undefined {
  return value === undefined ? undefined : { value: String(value), from: `state.${key}` };
}

/** Names the key, what is wrong and what is allowed; the value stays out, it could be a secret. */
export function settingsInvalid(from: string, problem: string, cause?: unknown): DatabaseError {
  return new DatabaseError('db_settings_invalid', `${from} ${problem}.`, {
    remedy: `Correct ${from}.`,
    cause,
  });
}

/** `host\instance`, as the tools of SQL Server write a named instance; `(local)` and `.` are this machine. */
export function hostAndInstance(given: Given): {
  readonly host: Given;
  readonly instanceName?: Given;
} {
  const [host = '', ...rest] = given.value.split('\\');
  const { from } = given;
  const isHere = ['', '.', '(local)'].includes(host.trim().toLowerCase());
  return {
    host: { value: isHere ? 'localhost' : host.trim(), from },
    ...(rest.length === 0 ? {} : { instanceName: { value: rest.join('\\').trim(), from } }),
  };
}
