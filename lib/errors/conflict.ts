/**
 * What somebody else changed while a form was open, field by field: a conflict carries it, so that a person sees the
 * other's change beside their own and saves against what is stored now.
 */

/** `timing.quiet`: a field of the noun, or a part of one that is an object. */
export interface FieldChange {
  readonly field: string;
  /** As it was when the form was opened; absent = it was not there. */
  readonly before?: unknown;
  /** As it is stored now; absent = it is not there. */
  readonly theirs?: unknown;
}

export interface Conflict {
  /** E-mail address of who changed it last; null = nobody knows. */
  readonly by: string | null;
  readonly at: string | null;
  readonly changes: readonly FieldChange[];
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether both are the same JSON, however their keys are ordered; what is undefined is absent. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, at) => isSame(one, b[at]));
  }
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
      isSame(a[key], b[key]),
    );
  }
  return a === b;
}

const change = (field: string, before: unknown, theirs: unknown): FieldChange => ({
  field,
  ...(before === undefined ? {} : { before }),
  ...(theirs === undefined ? {} : { theirs }),
});

/** What differs of the fields that were seen, parts of objects one by one; fields that were not seen are not compared. */
export function changesBetween(seen: Fields, stored: Fields): FieldChange[] {
  return Object.keys(seen).flatMap((field) => {
    const [before, theirs] = [seen[field], stored[field]];
    if (!isObject(before) || !isObject(theirs)) {
      return isSame(before, theirs) ? [] : [change(field, before, theirs)];
    }
    return [...new Set([...Object.keys(before), ...Object.keys(theirs)])]
      .filter((part) => !isSame(before[part], theirs[part]))
      .map((part) => change(`${field}.${part}`, before[part], theirs[part]));
  });
}

/** What was seen, as it is stored now. */
export function withChanges<T extends object>(seen: T, changes: readonly FieldChange[]): T {
  const now = new Map<string, unknown>(Object.entries(seen));
  for (const { field, theirs } of changes) {
    const dot = field.indexOf('.');
    const name = dot < 0 ? field : field.slice(0, dot);
    const whole = now.get(name);
    if (dot < 0 || !isObject(whole)) now.set(name, theirs);
    else now.set(name, withPart(whole, field.slice(dot + 1), theirs));
  }
  // The server answers with the fields that it was asked about, in their own shapes.
  return Object.fromEntries(now) as T;
}

function withPart(whole: Fields, part: string, value: unknown): Fields {
  const { [part]: _, ...rest } = whole;
  return value === undefined ? rest : { ...rest, [part]: value };
}
