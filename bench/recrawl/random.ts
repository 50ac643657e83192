/** Random numbers that repeat: the same seed gives the same simulation on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Exponential with the given rate: the time to the next event of a Poisson process. */
  exponential(rate: number): number;
  /** Standard normal. */
  normal(): number;
}

/** A 32-bit Weyl sequence through a multiply-and-shift mixer; ample for a simulation. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    exponential: (rate) => -Math.log1p(-uniform()) / rate,
    // Box and Muller; one of the two values is enough here.
    normal: () => Math.sqrt(-2 * Math.log1p(-uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
