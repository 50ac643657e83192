/**
 * ODBC connection strings, as `INGEST_SQLSERVER_STATE_CONN_STR` holds one. The library reads the
 * key-value syntax (braces, `}}`); what a value means is read here, because its own schema turns
 * `Encrypt=strict` into true, drops login time-outs and leaves `tcp:host,port` and `host\instance`
 * as they are.
 */
import { parse } from '@tediousjs/connection-string';
import { type Given, settingsInvalid } from './values.ts';

const variable = 'INGEST_SQLSERVER_STATE_CONN_STR';

export interface ConnectionStringValues {
  readonly host?: Given;
  readonly port?: Given;
  readonly instanceName?: Given;
  readonly database?: Given;
  readonly user?: Given;
  readonly password?: Given;
  readonly encrypt?: Given;
  readonly trustServerCertificate?: Given;
  /** Seconds. */
  readonly connectTimeout?: Given;
  readonly notes: readonly string[];
}

const aliases = {
  server: ['server', 'data source', 'addr', 'address', 'network address'],
  database: ['database', 'initial catalog'],
  user: ['uid', 'user id', 'user', 'username'],
  password: ['pwd', 'password'],
  encrypt: ['encrypt'],
  trust: ['trustservercertificate', 'trust server certificate'],
  timeout: ['connection timeout', 'connect timeout', 'login timeout', 'logintimeout', 'timeout'],
} as const;

/** Known to drivers, of no meaning here. */
const ignored = ['driver', 'app', 'application name', 'wsid', 'workstation id', 'description'];
const integrated = ['trusted_connection', 'integrated security', 'authentication'];

export function readConnectionString(text: string): ConnectionStringValues {
  const entries = parseEntries(text);
  const take = (names: readonly string[]): Given | undefined => {
    const name = names.find((one) => entries.has(one));
    const value = name === undefined ? undefined : entries.get(name);
    return name === undefined || value === undefined
      ? undefined
      : { value, from: `“${name}” in ${variable}` };
  };
  refuseIntegrated(take(integrated));
  const values = {
    ...serverParts(take(aliases.server)),
    database: take(aliases.database),
    user: take(aliases.user),
    password: take(aliases.password),
    encrypt: take(aliases.encrypt),
    trustServerCertificate: take(aliases.trust),
    connectTimeout: take(aliases.timeout),
  };
  const given = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  );
  return { ...given, notes: notesOf(entries) };
}

function parseEntries(text: string): ReadonlyMap<string, string> {
  try {
    return new Map([...parse(text)].filter(([key]) => key !== ''));
  } catch (error) {
    throw settingsInvalid(
      variable,
      'is not a connection string: use Key=value pairs separated by semicolons, with braces around values that hold one',
      error,
    );
  }
}

function refuseIntegrated(given: Given | undefined): void {
  const off = ['no', 'false', 'sqlpassword'];
  if (given === undefined || off.includes(given.value.toLowerCase())) return;
  throw settingsInvalid(given.from, 'is not supported: give UID and PWD of a SQL Server login');
}

/** `tcp:host,port`, `host\instance`, `host,port`, `(local)`, `.`. */
function serverParts(
  server: Given | undefined,
): Pick<ConnectionStringValues, 'host' | 'port' | 'instanceName'> {
  if (server === undefined) return {};
  const match = /^\s*(?:tcp:)?([^,\\]*)(?:\\([^,]*))?(?:,(.*))?$/i.exec(server.value);
  const [, rawHost = '', instance, port] = match ?? [];
  const part = (value: string) => ({ value: value.trim(), from: server.from });
  const host = rawHost.trim().toLowerCase();
  const local = ['', '.', '(local)'].includes(host) && match !== null;
  return {
    host: part(local ? 'localhost' : rawHost),
    ...(instance === undefined ? {} : { instanceName: part(instance) }),
    ...(port === undefined ? {} : { port: part(port) }),
  };
}

function notesOf(entries: ReadonlyMap<string, string>): string[] {
  const known: readonly string[] = [...Object.values(aliases).flat(), ...ignored, ...integrated];
  const notes: string[] = [];
  if (entries.has('driver')) {
    notes.push(`“Driver” in ${variable} has no effect: no ODBC driver is needed.`);
  }
  // Their names stay out: in a string whose password holds a semicolon one of them is a part of it.
  if ([...entries.keys()].some((key) => !known.includes(key))) {
    notes.push(`${variable} has keys that have no effect here.`);
  }
  return notes;
}
