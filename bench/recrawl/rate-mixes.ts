import type { Random } from './random.ts';

export const dayMs = 86_400_000;

/** How often the pages of one imagined site change. */
export interface RateMix {
  readonly name: string;
  /** Changes per millisecond of one page, drawn at random. */
  draw(random: Random): number;
}

const every = (days: number) => 1 / (days * dayMs);

export const rateMixes: readonly RateMix[] = [
  // Nothing to learn: asking all pages alike is the best there is, and learning may only cost.
  { name: 'even (each page every 10 days)', draw: () => every(10) },
  // What wikis look like: most pages sleep, the tail is long.
  {
    name: 'long tail (median 60 days)',
    draw: (random) => every(60 * Math.exp(-1.5 * random.normal())),
  },
  {
    name: 'two camps (20 % daily, 80 % twice a year)',
    draw: (random) => (random.uniform() < 0.2 ? every(1) : every(180)),
  },
  // The trap: pages that no budget can keep fresh.
  {
    name: 'restless few (5 % half-hourly, 95 % monthly)',
    draw: (random) => (random.uniform() < 0.05 ? every(1 / 48) : every(30)),
  },
];
