/** Errors that an API tells in an answer 200: the group `errors` of the settings, and how an answer is judged by it. */
import { z } from 'zod';
import { type WrittenJson, WrittenNumber } from '#lib/json.ts';
import { type JsonText, parseWrittenWithin, threadJson } from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { grouped } from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { nodesAt, pathFault } from '../web/selector.ts';

interface Condition {
  readonly path: string;
  readonly is: '=' | '!=' | null;
  readonly value: string;
}

/** `$.error`, `$.status != ok`, `$.code = "17"`. */
function conditionOf(text: string): Condition {
  const [, path = text, is = null, quoted, plain = ''] =
    /^(.*\S)\s+(!=|=)\s+(?:"([^"]*)"|(\S.*))$/.exec(text.trim()) ?? [];
  return { path: path.trim(), is: is as Condition['is'], value: quoted ?? plain };
}

const path = z
  .string('give a path as text')
  .trim()
  .max(500, 'at most 500 characters')
  .superRefine((text, context) => {
    const fault = pathFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

const condition = z
  .string('give a path as text')
  .trim()
  .max(500, 'at most 500 characters')
  .superRefine((text, context) => {
    if (pathFault(conditionOf(text).path) === null) return;
    const message = 'give a path such as $.error, or one with a value such as $.status != ok';
    context.addIssue({ code: 'custom', message });
  });

export const errorSettings = z
  .strictObject({
    when: condition.optional(),
    message: path.optional(),
    retry: z.boolean().default(true),
  })
  .prefault({});
export type ErrorRules = z.infer<typeof errorSettings>;

export const errorHints: Readonly<Record<string, FieldHint>> = grouped('Errors', {
  'errors.when': {
    label: 'An answer fails when',
    help: 'Of JSON that comes with 200 and is an error all the same: a path that is there then ($.error), or one with a value ($.status != ok, $.code = 17).',
    widget: 'text',
    placeholder: '$.error',
  },
  'errors.message': {
    label: 'Its message',
    help: 'Where the answer says what is wrong; empty = what is at the path above.',
    widget: 'text',
    placeholder: '$.error.message',
  },
  'errors.retry': {
    label: 'Try such answers again',
    help: 'As often as failures are retried. Off = the item has failed for good.',
    widget: 'switch',
  },
});

const longestMessage = 300;

/** What the answer says is wrong; null when it is none. */
export function errorIn(payload: WrittenJson, { when, message }: ErrorRules): string | null {
  if (when === undefined) return null;
  const { path: where, is, value } = conditionOf(when);
  const nodes = nodesAt(payload, where);
  if (!holds(nodes, is, value)) return null;
  const said = message === undefined ? [] : nodesAt(payload, message);
  const text = inWords(said[0] ?? nodes[0]);
  return text.length > longestMessage ? `${text.slice(0, longestMessage - 1)}…` : text;
}

function holds(nodes: readonly WrittenJson[], is: Condition['is'], value: string): boolean {
  if (is === null) return nodes.some(isSet);
  const isValue = nodes.some((node) => inWords(node) === value);
  return is === '=' ? isValue : !isValue;
}

/** What says "no error" in the APIs that always have the member. */
function isSet(node: WrittenJson): boolean {
  if (node instanceof WrittenNumber) return Number(node) !== 0;
  return (
    node !== null &&
    (typeof node === 'object'
      ? Object.keys(node).length > 0
      : !['', 'false', '0'].includes(String(node)))
  );
}

const inWords = (node: WrittenJson | undefined): string => {
  if (node === undefined) return 'it does not say what is wrong';
  const text = typeof node === 'string' ? node : JSON.stringify(node);
  return text
    .slice(0, 2 * longestMessage)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
};

const inThread = defineHeavy(
  'http.error',
  ({ text, rules }: { readonly text: string; readonly rules: ErrorRules }) =>
    errorIn(parseWrittenWithin(text, threadJson) ?? null, rules),
);

/** The same of what was read; of a large answer in a thread. */
export async function errorOf(json: JsonText, rules: ErrorRules): Promise<string | null> {
  if (rules.when === undefined) return null;
  return json.value === undefined
    ? inThread({ text: json.text, rules })
    : errorIn(json.value, rules);
}
