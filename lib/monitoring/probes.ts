/**
 * What an orchestrator asks. *live*: this process answers; never because of its database, for starting it again would
 * repair nothing. *startup*: it has read its settings and serves. *ready*: it can work now, with a database that
 * answers and is migrated.
 */
import type { Db } from '#db/engine.ts';
import { checkHealth } from '#lib/health/check-health.ts';

export const probes = ['live', 'startup', 'ready'] as const;
export type Probe = (typeof probes)[number];

export const isProbe = (text: string): text is Probe => probes.some((probe) => probe === text);

export interface ProbeAnswer {
  readonly ok: boolean;
  /** The code of what is in the way; null when nothing is. */
  readonly code: string | null;
}

const fine: ProbeAnswer = { ok: true, code: null };
/** Whoever asks more often gets the same answer, ms: nobody can make the database work by asking. */
const keepMs = 1_000;

/**
 * @param facts.started whether the settings could be used
 * @param facts.db null while it is not opened; may fail with what is in the way
 * @param facts.leaving true when the process is told to end
 */
export function createProbes(facts: {
  readonly started: () => boolean | Promise<boolean>;
  readonly db: () => Promise<Db | null>;
  readonly leaving?: () => boolean;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}): (probe: Probe) => Promise<ProbeAnswer> {
  const clock = facts.clock ?? (() => performance.now());
  let askedAt = Number.NEGATIVE_INFINITY;
  let health: Promise<ProbeAnswer> = Promise.resolve(fine);
  const askDatabase = async (): Promise<ProbeAnswer> => {
    const db = await facts.db();
    if (db === null) return { ok: false, code: 'starting' };
    const { ok, error } = await checkHealth(db);
    return { ok, code: error?.code ?? null };
  };
  return async (probe) => {
    if (probe === 'live') return fine;
    if (probe === 'startup')
      return (await facts.started()) ? fine : { ok: false, code: 'starting' };
    if (facts.leaving?.()) return { ok: false, code: 'stopping' };
    if (clock() - askedAt >= keepMs) {
      askedAt = clock();
      health = askDatabase();
    }
    return health;
  };
}
