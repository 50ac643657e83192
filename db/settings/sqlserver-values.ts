/** What values of the SQL Server settings may be, and the reading of one. */
import { z } from 'zod';
import { type Given, settingsInvalid } from './values.ts';

const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
};

const yes = ['yes', 'true', '1', 'on', 'mandatory'];
const no = ['no', 'false', '0', 'off', 'optional'];

const hostMessage =
  'must be a host name or an IP address, or host\\instance, with its port in INGEST_SQLSERVER_PORT';
export const schemas = {
  host: z
    .string()
    .trim()
    .regex(/^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45})$/, hostMessage),
  port: wholeNumber(1, 65_535),
  instance: z
    .string()
    .regex(
      /^[A-Za-z_#][A-Za-z0-9_$#-]{0,15}$/,
      'must be an instance name of at most 16 letters, digits, $, #, _ or -',
    ),
  database: z
    .string()
    .min(1)
    .regex(
      /^[^\p{Cc}[\]]{1,128}$/u,
      'must be 1 to 128 characters without brackets or control characters',
    ),
  user: z.string().min(1).max(128, 'must have at most 128 characters'),
  password: z.string().min(1).max(128, 'must have at most 128 characters'),
  schema: z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
      'must be letters, digits and underscores, not starting with a digit, at most 128',
    ),
  encrypt: z
    .string()
    .trim()
    .toLowerCase()
    .refine(
      (text) => [...yes, ...no, 'strict'].includes(text),
      `must be one of ${[...yes, ...no, 'strict'].join(', ')}`,
    )
    .transform((text) => (text === 'strict' ? ('strict' as const) : yes.includes(text))),
  flag: z
    .string()
    .trim()
    .toLowerCase()
    .refine((text) => [...yes, ...no].includes(text), 'must be yes or no')
    .transform((text) => yes.includes(text)),
  hostInCertificate: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/, 'must be one host name, without a *'),
  tenant: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, 'must be the id or the domain of a directory'),
  packetSize: wholeNumber(512, 32_767),
  seconds: wholeNumber(1, 3600),
  poolMax: wholeNumber(1, 200),
};

/** The checked value, or `otherwise` when none was given. Throws `db_settings_invalid`. */
export function read<T>(schema: z.ZodType<T, string>, given: Given | undefined, otherwise: T): T {
  if (given === undefined) return otherwise;
  const result = schema.safeParse(given.value);
  if (result.success) return result.data;
  throw settingsInvalid(given.from, result.error.issues[0]?.message ?? 'is not allowed');
}
