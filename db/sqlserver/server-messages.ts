/** What the server itself said: its messages, as a database administrator looks them up. */

export interface ServerMessage {
  readonly number: number;
  readonly level: number;
  readonly state: number;
  readonly text: string;
}

/** All of them, outermost first, each once; empty when the fault was not the server's. */
export function serverMessages(error: unknown): ServerMessage[] {
  const found = new Map<string, ServerMessage>();
  for (const one of errorsWithin(error)) {
    if (!('number' in one) || typeof one.number !== 'number') continue;
    const level = 'class' in one ? Number(one.class) : 0;
    const state = 'state' in one ? Number(one.state) : 0;
    found.set(`${one.number} ${one.message}`, {
      number: one.number,
      level,
      state,
      text: one.message,
    });
  }
  return [...found.values()];
}

/** `Msg 1505, Level 16, State 1: The CREATE UNIQUE INDEX statement terminated …`, joined; null when there is none. */
export function quoteServer(error: unknown): string | null {
  const quoted = serverMessages(error).map(
    ({ number, level, state, text }) => `Msg ${number}, Level ${level}, State ${state}: ${text}`,
  );
  return quoted.length === 0 ? null : quoted.join(' ');
}

function* errorsWithin(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  // Several messages of one statement come as one error of many.
  if (error instanceof AggregateError) for (const one of error.errors) yield* errorsWithin(one);
  else yield error;
  yield* errorsWithin(error.cause);
}
