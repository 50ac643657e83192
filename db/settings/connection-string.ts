/**
 * ODBC connection strings, as `INGEST_SQLSERVER_STATE_CONN_STR` holds one. The library reads the
 * key-value syntax (braces, `}}`); what a value means is read here, because its own schema turns
 * `Encrypt=strict` into true, drops login time-outs and leaves `tcp:host,port` and `host\instance`
 * as they are.
 */
import { parse } from '@tediousjs/connection-string';
import { type Given, hostAndInstance, settingsInvalid } from './values.ts';

const variable = 'INGEST_SQLSERVER_STATE_CONN_STR';

export interface ConnectionStringValues {
  readonly host?: Given;
  readonly port?: Given;
  readonly instanceName?: Given;
  readonly database?: Given;
  readonly user?: Given;
  readonly password?: Given;
  readonly authentication?: Given;
  readonly encrypt?: Given;
  readonly trustServerCertificate?: Given;
  readonly hostNameInCertificate?: Given;
  readonly multiSubnetFailover?: Given;
  readonly packetSize?: Given;
  /** Seconds. */
  readonly connectTimeout?: Given;
  readonly notes: readonly string[];
}

const aliases = {
  server: ['server', 'data source', 'addr', 'address', 'network address'],
  database: ['database', 'initial catalog'],
  user: ['uid', 'user id', 'user', 'username'],
  password: ['pwd', 'password'],
  authentication: ['authentication'],
  encrypt: ['encrypt'],
  trust: ['trustservercertificate', 'trust server certificate'],
  certificateHost: ['hostnameincertificate', 'host name in certificate'],
  multiSubnet: ['multisubnetfailover', 'multi subnet failover'],
  packetSize: ['packet size', 'packetsize'],
  timeout: ['connection timeout', 'connect timeout', 'login timeout', 'logintimeout', 'timeout'],
} as const;

/** Known to drivers, of no meaning here. */
const ignored = ['driver', 'app', 'application name', 'wsid', 'workstation id', 'description'];
const integrated = ['trusted_connection', 'integrated security'];

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
    ...readServer(take(aliases.server)),
    database: take(aliases.database),
    user: take(aliases.user),
    password: take(aliases.password),
    authentication: take(aliases.authentication),
    encrypt: take(aliases.encrypt),
    trustServerCertificate: take(aliases.trust),
    hostNameInCertificate: take(aliases.certificateHost),
    multiSubnetFailover: take(aliases.multiSubnet),
    packetSize: take(aliases.packetSize),
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
  const off = ['no', 'false'];
  if (given === undefined || off.includes(given.value.toLowerCase())) return;
  throw settingsInvalid(
    given.from,
    'is not supported: no ticket of a signed-in Windows user is sent. Give UID and PWD, for a Windows account with Authentication=Ntlm',
  );
}

/** `tcp:host,port`, `host\instance`, `host,port`, `(local)`, `.`. */
function readServer(
  server: Given | undefined,
): Pick<ConnectionStringValues, 'host' | 'port' | 'instanceName'> {
  if (server === undefined) return {};
  const [, name = '', port] = /^\s*(?:tcp:)?([^,]*)(?:,(.*))?$/i.exec(server.value) ?? [];
  return {
    ...hostAndInstance({ value: name, from: server.from }),
    ...(port === undefined ? {} : { port: { value: port.trim(), from: server.from } }),
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
