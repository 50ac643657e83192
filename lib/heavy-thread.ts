/** The program of a thread that does heavy work: one task after the other. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { AppError } from '#lib/errors/app-error.ts';
import './source-types/heavy.ts';
import './sources/yaml.ts';
import { heavyTask } from './threads/heavy.ts';
import {
  entriesOfPart,
  type MoreRequest,
  type ThreadAnswer,
  type ThreadRequest,
} from './threads/protocol.ts';

// The event loop goes first where both want the processor. Elsewhere priorities are those of the process.
if (process.platform === 'linux') setPriority(0, 5);

/** What is left of a list that is sent in parts. */
let rest: readonly unknown[] = [];

const nextPart = (): ThreadAnswer => {
  const part = rest.slice(0, entriesOfPart);
  rest = rest.slice(entriesOfPart);
  return { part, more: rest.length > 0 };
};

async function answer(request: ThreadRequest | MoreRequest): Promise<ThreadAnswer> {
  if (request.more) return nextPart();
  try {
    const work = heavyTask(request.task);
    if (!work) throw new Error(`there is no heavy task "${request.task}"`);
    const value = await work(request.input);
    if (!Array.isArray(value)) return { value };
    rest = value;
    return nextPart();
  } catch (error) {
    return faultOf(error);
  }
}

function faultOf(error: unknown): ThreadAnswer {
  // The stack: what was read is nested more deeply than anything that is meant to be read.
  const known =
    error instanceof RangeError
      ? new AppError('payload_too_complex', 'What was received is nested too deeply.')
      : error;
  if (known instanceof AppError) {
    const { code, message, remedy, fields = null } = known;
    return { code, message, remedy, fields };
  }
  return {
    code: null,
    message: known instanceof Error ? (known.stack ?? known.message) : String(known),
  };
}

parentPort?.on('message', (request: ThreadRequest | MoreRequest) => {
  void answer(request).then((answered) => parentPort?.postMessage(answered));
});
parentPort?.postMessage({ ready: true } satisfies ThreadAnswer);
