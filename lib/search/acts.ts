/** What the palette does to what it finds. Each leads to the page whose button asks before anything is done. */
import { type Actor, may, type Permission } from '#lib/actor/model.ts';

export const verbs = [
  'pause',
  'resume',
  'stop',
  'cancel',
  'retry',
  'run',
  'block',
  'unblock',
] as const;
export type Verb = (typeof verbs)[number];

/** Other words that people have for it. */
const meant: Readonly<Record<string, Verb>> = {
  launch: 'run',
  start: 'run',
  continue: 'resume',
  unpause: 'resume',
  clear: 'unblock',
};

const needs: Readonly<Record<'source' | 'run' | 'host' | 'failures', Permission>> = {
  source: 'sources:change',
  run: 'runs:change',
  host: 'hosts:change',
  failures: 'work-items:change',
};

export interface Asked {
  /** Null = it is only looked for. */
  readonly verb: Verb | null;
  /** What is to be found; empty = whatever it can be done to. */
  readonly name: string;
}

/** "pause wiki" asks to pause what is called wiki. */
export function readAsked(text: string): Asked {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const word = first.toLowerCase();
  const verb =
    verbs.find((one) => one === word) ?? (Object.hasOwn(meant, word) ? meant[word] : undefined);
  return verb === undefined ? { verb: null, name: text.trim() } : { verb, name: rest.join(' ') };
}

/** The verb where it may be done to such a thing as it is, by this person. */
export function allowed(
  actor: Actor,
  kind: keyof typeof needs,
  verb: Verb | null,
  possible: readonly Verb[],
): Verb | null {
  if (verb === null || !possible.includes(verb)) return null;
  const permission = kind === 'source' && verb === 'run' ? 'runs:change' : needs[kind];
  return may(actor, permission) ? verb : null;
}

const words: Readonly<Record<Verb, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  cancel: 'Cancel',
  retry: 'Retry',
  run: 'Run',
  block: 'Block',
  unblock: 'Clear the block of',
};

/** "Pause Sample". */
export const inWords = (verb: Verb, name: string): string => `${words[verb]} ${name}`;
