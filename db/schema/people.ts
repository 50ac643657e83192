/** Who uses the console, what they did and how they like it. */
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
  session_version: number;
  preferences: JsonText | null;
  created_at: Instant;
  updated_at: Instant;
  last_sign_in_at: Instant | null;
}

export interface AuditLogTable {
  audit_id: string;
  at: Instant;
  actor_id: string | null;
  actor_email: string;
  action: string;
  target_type: string;
  target_id: string | null;
  summary: string;
  before_state: JsonText | null;
  after_state: JsonText | null;
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
