/** Who a process is to the server: the kinds of `Authentication=` that ODBC and SqlClient know, and two more. */
import type { Authentication } from './model.ts';
import { read, schemas } from './sqlserver-values.ts';
import { type Given, settingsInvalid } from './values.ts';

type Kind = 'sql-password' | Authentication['kind'];

/** In lower case. `ActiveDirectoryMsi` is ODBC's word, `ActiveDirectoryManagedIdentity` that of SqlClient. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['sqlpassword', 'sql-password'],
  ['ntlm', 'ntlm'],
  ['activedirectoryserviceprincipal', 'service-principal'],
  ['activedirectorymanagedidentity', 'managed-identity'],
  ['activedirectorymsi', 'managed-identity'],
  ['activedirectorydefault', 'default-credential'],
  ['activedirectoryaccesstoken', 'access-token'],
]);
const allowed =
  'must be SqlPassword, Ntlm, ActiveDirectoryServicePrincipal, ActiveDirectoryManagedIdentity, ActiveDirectoryDefault or ActiveDirectoryAccessToken';

/** A token of Entra ID has about 2 KB, one with many groups 8. */
const longestToken = 32_768;

interface GivenSignIn {
  readonly authentication: Given | undefined;
  readonly user: Given | undefined;
  readonly password: Given | undefined;
  readonly tenantId: Given | undefined;
  readonly accessToken: Given | undefined;
}

export interface SignIn {
  readonly authentication?: Authentication;
  readonly user: string;
  readonly password: string;
}

/** Throws `db_settings_invalid` for what is missing or has no form. */
export function readSignIn(given: GivenSignIn): SignIn {
  const kind = kindOf(given.authentication);
  switch (kind) {
    case 'sql-password':
      return { user: read(schemas.user, given.user, 'sa'), password: passwordOf(given) };
    case 'ntlm': {
      const account = required(given.user, 'INGEST_SQLSERVER_USER', 'the account DOMAIN\\user');
      const [domain = '', user = '', ...rest] = account.value.split('\\');
      if (domain === '' || user === '' || rest.length > 0)
        throw settingsInvalid(account.from, 'must be DOMAIN\\user for Authentication=Ntlm');
      return { authentication: { kind, domain }, user, password: passwordOf(given) };
    }
    case 'service-principal':
      return servicePrincipal(given);
    case 'managed-identity':
    case 'default-credential':
      return { authentication: { kind }, user: read(schemas.user, given.user, ''), password: '' };
    case 'access-token':
      return { authentication: { kind, token: tokenOf(given) }, user: '', password: '' };
  }
}

function kindOf(given: Given | undefined): Kind {
  if (given === undefined) return 'sql-password';
  const kind = kinds.get(given.value.trim().toLowerCase());
  if (kind === undefined) throw settingsInvalid(given.from, allowed);
  return kind;
}

/** The directory stands in a setting of its own, or behind the client id as `id@directory`. */
function servicePrincipal(given: GivenSignIn): SignIn {
  const login = required(given.user, 'INGEST_SQLSERVER_USER', 'the client id of the application');
  const [clientId = '', directory] = login.value.split('@');
  const tenantId =
    directory === undefined
      ? required(given.tenantId, 'INGEST_SQLSERVER_TENANT_ID', 'the directory (tenant) id')
      : { value: directory, from: login.from };
  return {
    authentication: { kind: 'service-principal', tenantId: read(schemas.tenant, tenantId, '') },
    user: read(schemas.user, { value: clientId, from: login.from }, ''),
    password: passwordOf(given),
  };
}

function required(given: Given | undefined, name: string, what: string): Given {
  if (given === undefined) throw settingsInvalid(name, `is missing: ${what}`);
  return given;
}

function passwordOf({ password }: GivenSignIn): string {
  if (password === undefined) {
    throw settingsInvalid(
      'INGEST_SQLSERVER_PASSWORD',
      'is missing: set it, or MSSQL_SA_PASSWORD, or PWD in INGEST_SQLSERVER_STATE_CONN_STR',
    );
  }
  if (password.value.length > 128)
    throw settingsInvalid(password.from, 'must have at most 128 characters');
  return password.value;
}

function tokenOf({ accessToken }: GivenSignIn): string {
  const { value, from } = required(accessToken, 'INGEST_SQLSERVER_ACCESS_TOKEN', 'the token');
  const token = value.trim();
  if (token.length > longestToken || !/^[\x21-\x7e]+$/.test(token))
    throw settingsInvalid(from, 'must be one word of at most 32,768 characters');
  return token;
}
