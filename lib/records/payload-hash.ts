/** What a stored payload is, JSON or text as it was received, and whether it is what its hash was made of. */
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import type { WrittenJson } from '#lib/json.ts';
import { parseWritten } from '#lib/json-text.ts';

export interface StoredPayload {
  readonly payload: string;
  readonly content_type: string | null;
  readonly hash_sha256: string | null;
  readonly body_sha256: string | null;
}

/** Parsed JSON, or the text; records of an older version carry no media type and are JSON if they can be. */
export function payloadValue({ payload, content_type: type }: StoredPayload): WrittenJson {
  if (type !== null && !/json/i.test(type)) return payload;
  return parseWritten(payload) ?? payload;
}

/** False when the hash of the row was made of something else. Without a hash nothing speaks against it. */
export function payloadIsSound({ payload, ...of }: StoredPayload): boolean {
  const { hash_sha256: hash, body_sha256: bodyHash } = of;
  if (hash === null) return true;
  // What is no text has the hash of its bytes.
  if (payload === '' && hash === bodyHash) return true;
  const wanted = hash.toLowerCase();
  if (sha256(payload) === wanted) return true;
  const value = parseWritten(payload);
  return value !== undefined && hashJson(value) === wanted;
}
