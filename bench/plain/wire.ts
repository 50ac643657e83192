/** What is sent to the database, counted at the driver. */
import { listenToDrivers } from '#test/tsql/drivers.ts';

export interface WireFigures {
  /** Messages that are answered: statements, calls, begins and ends of transactions. */
  readonly messages: number;
  readonly texts: number;
  /** Of the text that has the most, how many declarations of its parameters. */
  readonly declarations: number;
}

let messages = 0;
const declarationsOf = new Map<string, Set<string>>();

/** From now on, for the rest of the process. */
export async function startCounting(): Promise<void> {
  const count = () => {
    messages += 1;
  };
  await listenToDrivers({
    begun: count,
    ended: count,
    sent: (_, text, declarations) => {
      count();
      const known = declarationsOf.get(text) ?? new Set();
      declarationsOf.set(text, known.add(JSON.stringify(declarations)));
    },
  });
}

/** Names the file into which a counted program writes its figures. */
export const wireFileVariable = 'BENCH_WIRE_FILE';

/** Since the counting began or this was called last. */
export function takeFigures(): WireFigures {
  const figures = {
    messages,
    texts: declarationsOf.size,
    declarations: Math.max(0, ...[...declarationsOf.values()].map(({ size }) => size)),
  };
  messages = 0;
  declarationsOf.clear();
  return figures;
}
