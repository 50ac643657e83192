/** The program of a thread that does heavy work: one task after the other. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { AppError, type FieldErrors } from '#lib/errors/app-error.ts';
import './source-types/heavy.ts';
import './sources/yaml.ts';
import { heavyTask } from './threads/heavy.ts';
import {
  entriesOfPart,
  forSmallInputs,
  type MoreRequest,
  mostOfAnswer,
  type ThreadAnswer,
  type ThreadRequest,
} from './threads/protocol.ts';
import { sizeOf } from './threads/size.ts';

// The event loop goes first where both want the processor, then the thread of small inputs. Elsewhere than on Linux
// priorities are those of the process.
if (process.platform === 'linux') setPriority(0, workerData === forSmallInputs ? 1 : 5);

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
    // Tasks bound what they make; whatever one forgets ends here, and not in the memory of the process.
    if (sizeOf(value, mostOfAnswer) > mostOfAnswer) throw tooMuch;
    if (!Array.isArray(value)) return { value };
    rest = value;
    return nextPart();
  } catch (error) {
    return faultOf(error);
  }
}

const tooMuch = new AppError(
  'payload_too_complex',
  'What is made of what was received is larger than 64 MiB.',
);

/** What an error says is made of what was read, too. */
const longestMessage = 2000;
const mostFields = 200;

const shortened = (text: string) => text.slice(0, longestMessage);

function shortFields(fields: FieldErrors | undefined): FieldErrors | null {
  if (fields === undefined) return null;
  const first = Object.entries(fields).slice(0, mostFields);
  return Object.fromEntries(first.map(([name, fault]) => [shortened(name), shortened(fault)]));
}

function faultOf(error: unknown): ThreadAnswer {
  // The stack: what was read is nested more deeply than anything that is meant to be read.
  const known =
    error instanceof RangeError
      ? new AppError('payload_too_complex', 'What was received is nested too deeply.')
      : error;
  if (known instanceof AppError) {
    const { code, message, remedy, fields } = known;
    return { code, message: shortened(message), remedy, fields: shortFields(fields) };
  }
  return {
    code: null,
    message: shortened(known instanceof Error ? (known.stack ?? known.message) : String(known)),
  };
}

parentPort?.on('message', (request: ThreadRequest | MoreRequest) => {
  void answer(request).then((answered) => parentPort?.postMessage(answered));
});
parentPort?.postMessage({ ready: true } satisfies ThreadAnswer);
