/** The HTTP status that an error's code is answered with. */
const statuses: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  token_invalid: 401,
  forbidden: 403,
  password_change_required: 403,
  not_found: 404,
  source_unknown: 404,
  method_not_allowed: 405,
  input_invalid: 400,
  cursor_invalid: 400,
  config_invalid: 400,
  source_type_unknown: 400,
  resource_id_invalid: 400,
  field_too_long: 400,
  dedupe_key_too_long: 400,
  payload_too_complex: 400,
  egress_url_invalid: 400,
  egress_address_refused: 400,
  conflict: 409,
  everything_stopped: 409,
  source_name_taken: 409,
  source_paused: 409,
  run_ended: 409,
  run_has_no_items: 409,
  smtp_not_configured: 409,
  transition_not_allowed: 409,
  precondition_failed: 412,
  body_too_large: 413,
  content_type_refused: 415,
  duplicate_request: 422,
  precondition_required: 428,
  too_many_attempts: 429,
  too_many_requests: 429,
};

/** For every route: 503 where the database is at fault, else 500. */
export const statusOf = (code: string): number =>
  statuses[code] ?? (code.startsWith('db_') ? 503 : 500);
