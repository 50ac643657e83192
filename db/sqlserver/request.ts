/** A request whose parameters the server can plan for. */
import { Request, TYPES } from 'tedious';

/**
 * tedious declares `nvarchar(<exact length>)`, so every length of a string would compile a plan of
 * its own; rounded up, all strings share four. `max` is any length above 4,000.
 */
const declaredLengths = [40, 400, 4000] as const;
const maxLength = 4001;

type AddParameter = Request['addParameter'];

export class PlannableRequest extends Request {
  override addParameter(...[name, type, value, options]: Parameters<AddParameter>): void {
    const plannable =
      type === TYPES.NVarChar ? { ...options, length: declaredLength(value) } : options;
    super.addParameter(name, type, value, plannable);
  }
}

export function declaredLength(value: unknown): number {
  const length = typeof value === 'string' ? value.length : 0;
  return declaredLengths.find((one) => length <= one) ?? maxLength;
}

/** The tedious type of a parameter as Kysely gives it, and the value to send. */
export function typedParameter(value: unknown): {
  type: (typeof TYPES)[keyof typeof TYPES];
  value: unknown;
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
      if (value === null) return { type: TYPES.NVarChar, value };
      if (Buffer.isBuffer(value)) return { type: TYPES.VarBinary, value };
      // A Date would become DATETIME, which rounds to 3.33 ms.
      throw new TypeError('Times are ISO strings of the database clock, never Date objects.');
  }
}
