/** Reads a YAML file and checks it against a schema; every fault names the key, the file and the line. */
import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import { allowedKeys, formatPath, nearest } from './zod-hints.ts';

type Path = readonly PropertyKey[];

/** Said of one file: a person corrects these first. */
const mostFaults = 20;
const longestKey = 100;
/** How many values aliases may add, in all, for each that an anchor holds. */
const mostOfAliases = 100;

/** One fault, before it has a line. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** True when the key itself is at fault, not its value. */
  readonly atKey?: boolean;
}

export interface YamlFile {
  /** As given, for messages. */
  readonly name: string;
  readonly content: unknown;
  /** Line (from 1) of the value or key at `path`, or of its nearest parent that exists. */
  lineOf(path: Path, atKey?: boolean): number | null;
  /**
   * Parses the value found at `path` (the whole file: `[]`). Throws `config_invalid` listing every
   * fault.
   */
  parse<T>(schema: z.ZodType<T>, path: Path, value: unknown): T;
  /** The error for faults found by the caller's own rules. */
  error(faults: readonly Fault[]): AppError;
}

/** Throws `config_file_unreadable` when it cannot be read, `config_invalid` when it is not YAML. */
export function readYamlFile(file: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError(
      'config_file_unreadable',
      `The configuration file ${file} cannot be read: ${reasonOf(cause)}.`,
      {
        cause,
      },
    );
  }
  return parseYamlText(text, file);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'permission is denied';
  return typeof code === 'string' ? code : 'an unknown fault';
}

export function parseYamlText(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // A key that is a collection would be written out as text, at each level anew: 1 kB of `? ` takes minutes.
    stringKeys: true,
  });
  const [syntax] = document.errors;
  if (syntax) {
    const { line } = lines.linePos(syntax.pos[0]);
    throw new AppError(
      'config_invalid',
      `${name}, line ${line}: not valid YAML: ${isTooDeep(syntax.message) ? 'it is nested too deeply' : syntax.message}`,
      {
        remedy: 'Correct the syntax at that line.',
      },
    );
  }
  const lineOf = (path: Path, atKey = false): number | null => {
    const offset = offsetOf(document, path, atKey);
    return offset === null ? null : lines.linePos(offset).line;
  };
  const error = (all: readonly Fault[], more = 0): AppError => {
    const faults = all.slice(0, mostFaults);
    const untold = more + all.length - faults.length;
    const sentences = faults.map((fault) => {
      const line = lineOf(fault.path, fault.atKey);
      const place = line === null ? name : `${name}, line ${line}`;
      return `${place}: ${formatPath(fault.path) || 'the file'}: ${fault.message}`;
    });
    if (untold > 0) sentences.push(`${name}: and ${untold} more.`);
    const fields = Object.fromEntries(
      faults.map((fault) => [formatPath(fault.path), fault.message]),
    );
    return new AppError('config_invalid', sentences.join('\n'), { fields });
  };
  const content = contentOf(document, name);
  return {
    name,
    content,
    lineOf,
    error,
    parse(schema, path, value) {
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      const { issues } = result.error;
      const first = issues.slice(0, mostFaults);
      const faults = first.flatMap((issue) => faultsOf(issue, schema, path));
      throw error(faults, issues.length - first.length);
    },
  };
}

/** What its parser makes of a stack that has come to its end. */
const isTooDeep = (message: string) => /call stack/i.test(message);

/** Each alias stands for all that its anchor holds, so that a few lines can be gigabytes. */
function contentOf(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostOfAliases });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new AppError('config_invalid', `${name}: its aliases stand for too much.`, {
      remedy: 'Write out what the aliases stand for, or take fewer of them.',
      cause,
    });
  }
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, base: Path): Fault[] {
  const path = [...base, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ path, message: `${issue.message}.` }];
  const allowed = allowedKeys(schema, issue.path);
  return issue.keys.slice(0, mostFaults).map((given) => {
    const key = boundedMessage(given, longestKey);
    const near = nearest(key, allowed);
    const hint = near ? ` Did you mean "${near}"?` : '';
    const list = allowed.length > 0 ? ` Allowed here: ${allowed.join(', ')}.` : '';
    return { path: [...path, key], atKey: true, message: `unknown key.${hint}${list}` };
  });
}

/** Walks the document as far as the path goes; a missing part is reported at its parent. */
function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number | null {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? null) : null;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => (isScalar(key) ? String(key.value) : null) === String(step),
      );
      if (!pair) return offset;
      const last = index === path.length - 1;
      const place = (last && atKey) || !isNode(pair.value) ? pair.key : pair.value;
      // Collections start below their key; a person looks for the key.
      const shown = isMap(pair.value) && last ? pair.key : place;
      if (isNode(shown) && shown.range) offset = shown.range[0];
      node = pair.value;
    } else {
      const next: unknown = document.getIn(path.slice(0, index + 1), true);
      if (!isNode(next)) return offset;
      offset = next.range?.[0] ?? offset;
      node = next;
    }
  }
  return offset;
}
