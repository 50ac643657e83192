/** Chance that can be had again: the seed is printed, and given back by INGEST_FAULT_SEED. */

export interface Dice {
  readonly seed: number;
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** One of these. */
  pick<T>(values: readonly T[]): T;
}

export function createDice(): Dice {
  const seed = Number(process.env['INGEST_FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed >>> 0;
  // Mulberry32: even enough for the choice of a moment.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
  };
}

/** How often a fault is provoked; INGEST_FAULT_ROUNDS asks for more. */
export const faultRounds = (usual: number): number =>
  Number(process.env['INGEST_FAULT_ROUNDS'] ?? usual);
