/** A source: where items come from, how to ask it, and how politely. */
import type { Instant } from '#db/schema.ts';
import type { JsonObject } from '#lib/json.ts';

export interface Source {
  readonly sourceId: string;
  readonly name: string;
  /** Type id; equals `sourceSystem` of its items. */
  readonly type: string;
  readonly enabled: boolean;
  readonly pausedAt: Instant | null;
  readonly pausedReason: string | null;
  /** Parsed by the type's schema, in YAML names, without secrets. */
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
  readonly rateDelayMs: number;
  readonly maxAttempts: number;
  readonly revision: number;
  /** Names of the secrets that are stored; never their values. */
  readonly secretNames: readonly string[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}
