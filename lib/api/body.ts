/** The body of a request, within bounds. */
import { AppError } from '#lib/errors/app-error.ts';
import { jsonFault, keysFault } from '#lib/json-text.ts';
import type { Endpoint } from './endpoint.ts';

const mebibyte = 1024 * 1024;
const mostByDefault = mebibyte;
/** Deeper than any input is meant to be. */
const deepest = 64;
const mostValues = 100_000;
/** Of one object. */
const mostKeys = 5_000;

/**
 * The JSON, or the text where the endpoint takes one; undefined for an empty body.
 * @throws AppError `content_type_refused`, `body_too_large`, `input_invalid`
 */
export async function readBody(
  request: Request,
  { bodyType, mostBytes = mostByDefault }: Pick<Endpoint, 'bodyType' | 'mostBytes'>,
): Promise<unknown> {
  refuseEncoded(request);
  const text = await textOf(request, mostBytes);
  if (text === '') return undefined;
  const given = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  const wanted = bodyType ?? 'application/json';
  if (given !== wanted) {
    throw new AppError('content_type_refused', `The body must be ${wanted}.`);
  }
  if (bodyType !== undefined) return text;
  const bounds = { length: mostBytes, values: mostValues, depth: deepest };
  const fault = jsonFault(text, bounds) ?? keysFault(text, mostKeys);
  if (fault !== null) throw new AppError('input_invalid', `The JSON ${fault}.`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('input_invalid', 'The body is no JSON.', { cause });
  }
}

/** A few kilobytes of gzip can be gigabytes; of requests that are so small none needs it. */
function refuseEncoded({ headers }: Request): void {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return;
  throw new AppError('content_type_refused', 'The body must not be compressed.', {
    remedy: 'Send it without Content-Encoding.',
  });
}

async function textOf({ body }: Request, mostBytes: number): Promise<string> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.byteLength;
    if (length > mostBytes) {
      const most = `${mostBytes / mebibyte} MiB`;
      throw new AppError('body_too_large', `The body is larger than ${most}.`);
    }
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    throw new AppError('input_invalid', 'The body is no UTF-8.', { cause });
  }
}
