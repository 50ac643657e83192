/** Who uses the console, what they did and how they like it. */
import type { ColumnType, Generated } from 'kysely';
import type { Flag, Instant, JsonText } from './values.ts';

export interface UsersTable {
  user_id: string;
  /** Lower case. */
  email: string;
  name: string;
  role: string;
  password_hash: string | null;
  /** `provider:subject` of an external identity, null for a local one. */
  identity: string | null;
  active: Flag;
  /** 1 where somebody else chose the password: it opens the page that changes it, and nothing else. */
  must_change_password: Flag;
  preferences: JsonText | null;
  /** See `Limits`; null = none. */
  limits: JsonText | null;
  created_at: Instant;
  updated_at: Instant;
  last_sign_in_at: Instant | null;
}

export interface SessionsTable {
  session_id: string;
  /** SHA-256, hexadecimal, of the token the browser holds. */
  token_hash: string;
  user_id: string;
  created_at: Instant;
  /** Of a request that a person made; a page that refreshes itself does not count. */
  last_seen_at: Instant;
  expires_at: Instant;
  must_change_password: Flag;
  address: string | null;
  user_agent: string | null;
  ended_at: Instant | null;
  ended_reason: string | null;
}

export interface ApiTokensTable {
  token_id: string;
  /** SHA-256, hexadecimal, of the token. */
  token_hash: string;
  /** The first characters of the token, by which its owner knows it again. */
  prefix: string;
  name: string;
  user_id: string;
  /** A JSON array of permissions. */
  permissions: JsonText;
  /** A JSON array of names of sources; null = all. */
  sources: JsonText | null;
  created_at: Instant;
  expires_at: Instant;
  last_used_at: Instant | null;
  last_used_address: string | null;
  revoked_at: Instant | null;
}

export interface SignInAttemptsTable {
  /** What is counted for, and a hash: `pair:…`, `account:…`, `address:…`, `own:…`. */
  attempt_key: string;
  failures: number;
  last_at: Instant;
  /** Nothing is looked at before. */
  retry_at: Instant | null;
  /** 1 once a refusal of this wait is in the audit log. */
  refused: Flag;
}

export interface AuditLogTable {
  audit_id: string;
  at: Instant;
  actor_id: string | null;
  /** Of the person, with ` (token NAME)` where a program acted for them. */
  actor_email: string;
  /** Where the request came from; null for workers and commands. */
  address: string | null;
  action: string;
  target_type: string;
  target_id: string | null;
  summary: string;
  before_state: JsonText | null;
  after_state: JsonText | null;
  /** SHA-256, hexadecimal, of all but the time, as its writer made it; empty for one from elsewhere. */
  content_hash: Generated<string>;
}

export interface AuditUnsealedTable {
  /** Counts up, not always in the order of the commits; the TDS driver gives BIGINT as text. */
  entry_no: ColumnType<number | string, never, never>;
  audit_id: string;
}

export interface AuditChainTable {
  /** From 1, without gaps. */
  position: number;
  audit_id: string;
  /** Of the entry. */
  at: Instant;
  previous_hash: string;
  hash: string;
}

export interface AuditAnchorsTable {
  /** Of the last link that retention took. */
  position: number;
  hash: string;
  purged_at: Instant;
}

export interface SavedViewsTable {
  view_id: string;
  owner_id: string | null;
  page: string;
  name: string;
  shared: Flag;
  /** The URL query string of the view. */
  query: string;
  created_at: Instant;
  updated_at: Instant;
}
