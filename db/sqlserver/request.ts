/** A request whose parameters the server can plan for. */
import { type RawBuilder, sql } from 'kysely';
import { Request, TYPES } from 'tedious';

/**
 * tedious declares `nvarchar(<exact length>)`, so every length of a string would compile a plan of its own. All
 * strings of up to 4,000 characters are declared alike, and those that may be longer are given as `longText`: a
 * statement has one declaration, or two where its one long parameter is a list.
 */
const usualLength = 4_000;
/** Declared as `nvarchar(max)`. */
const maxLength = 4_001;

/** Declared as `varbinary(max)`. */
const maxBinaryLength = 8_001;

type AddParameter = Request['addParameter'];

export class PlannableRequest extends Request {
  override addParameter(...[name, type, value, options]: Parameters<AddParameter>): void {
    const plannable =
      type === TYPES.NVarChar
        ? { ...options, length: options?.length ?? declaredLength(value) }
        : options;
    super.addParameter(name, type, value, plannable);
  }
}

export const declaredLength = (value: unknown): number =>
  typeof value === 'string' && value.length > usualLength ? maxLength : usualLength;

/** A text that is declared as `nvarchar(max)`, however long it is. */
class LongText {
  readonly text: string | null;
  constructor(text: string | null) {
    this.text = text;
  }
}

/** A parameter for a text that may be long: its declaration does not depend on its length. */
export const longText = (text: string | null): RawBuilder<string | null> =>
  sql`${new LongText(text)}`;

/** The tedious type of a parameter as Kysely gives it, and the value to send. */
export function typedParameter(value: unknown): {
  type: (typeof TYPES)[keyof typeof TYPES];
  value: unknown;
  options?: { readonly length: number };
} {
  switch (typeof value) {
    case 'string':
      return { type: TYPES.NVarChar, value };
    case 'boolean':
      return { type: TYPES.Bit, value };
    case 'bigint':
      return { type: TYPES.BigInt, value };
    case 'number':
      if (!Number.isInteger(value)) return { type: TYPES.Float, value };
      return { type: Math.abs(value) < 2 ** 31 ? TYPES.Int : TYPES.BigInt, value };
    case 'undefined':
      return { type: TYPES.NVarChar, value: null };
    default:
      if (value instanceof LongText)
        return { type: TYPES.NVarChar, value: value.text, options: { length: maxLength } };
      if (value === null) return { type: TYPES.NVarChar, value };
      // Declared as `varbinary(max)`: the declaration does not depend on the length.
      if (Buffer.isBuffer(value))
        return { type: TYPES.VarBinary, value, options: { length: maxBinaryLength } };
      // A Date would become DATETIME, which rounds to 3.33 ms.
      throw new TypeError('Times are ISO strings of the database clock, never Date objects.');
  }
}
