/** What the facts of an attempt say about the host it asked and the exchange with it. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';

/** Time to the first byte of the latest response, ms; null when there was none. */
export function latencyIn(facts: JsonObject | null): number | null {
  const ms = facts?.['first_byte_ms'];
  return typeof ms === 'number' && ms >= 0 ? ms : null;
}

/** The host that gave the latest response, when redirects led there; null = the one that was asked. */
export function answeringHost(facts: JsonObject | null): string | null {
  const { final_url: url = null, redirects = null } = facts ?? {};
  if (!Array.isArray(redirects) || redirects.length === 0 || typeof url !== 'string') return null;
  return URL.parse(url)?.host ?? null;
}

const number = z.number().nullish().catch(null);
const text = z.string().nullish().catch(null);

const exchangeShape = z.looseObject({
  final_url: text,
  remote_address: text,
  http_version: text,
  charset: text,
  alias_of: text,
  named: text,
  not_stored: text,
  kept_because: text,
  not_enqueued: z.record(z.string(), z.number()).nullish().catch(null),
  settled_by: text,
  as_of: text,
  connect_ms: number,
  first_byte_ms: number,
  total_ms: number,
  bytes: number,
  wire_bytes: number,
  requests: number,
  items_together: number,
  redirects: z
    .array(z.looseObject({ status: z.number(), url: z.string() }))
    .nullish()
    .catch(null),
});
export type ExchangeFacts = z.infer<typeof exchangeShape>;

/**
 * As they were kept with the attempt; null when nothing was asked over the network, neither for it nor for
 * others whose answer settled it.
 */
export function exchangeIn(facts: JsonValue | null): ExchangeFacts | null {
  const parsed = exchangeShape.safeParse(facts);
  if (!parsed.success) return null;
  return parsed.data.first_byte_ms != null || parsed.data.settled_by != null ? parsed.data : null;
}
