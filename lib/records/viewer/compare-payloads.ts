/** Compares two payloads as texts. */
import { type JsonValue, parseJson } from '#lib/json.ts';
import { diffSteps, type JsonDiff } from '../diff.ts';

/** What changed, in short steps; reading one of the texts is one. */
export function* comparePayloads(before: string, after: string): Generator<void, JsonDiff, void> {
  const old = comparedValue(before);
  yield;
  const now = comparedValue(after);
  yield;
  return yield* diffSteps(old, now);
}

/** Text that is no JSON is compared line by line. */
function comparedValue(text: string): JsonValue {
  const value = parseJson(text);
  return value === undefined ? text.split(/\r?\n/) : value;
}
