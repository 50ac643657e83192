/** The environment variables beside the database's own, each parsed once. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { roles } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type Environment, logLevels } from './model.ts';
import { scannerSettings } from './scanner-settings.ts';
import { smtpSecurities } from './smtp-settings.ts';
import { nearest } from './zod-hints.ts';

const count = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .optional();
};
const yes = ['1', 'true', 'yes', 'on'];
const no = ['0', 'false', 'no', 'off'];
const flag = z
  .string()
  .toLowerCase()
  .refine(
    (text) => yes.includes(text) || no.includes(text),
    `must be one of ${[...yes, ...no].join(', ')}`,
  )
  .transform((text) => yes.includes(text))
  .optional();

const cidrs = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
  .pipe(
    z.array(
      z
        .string()
        .refine(isCidr, 'must be networks such as 127.0.0.0/8 or ::1/128, separated by commas'),
    ),
  )
  .optional();

function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

const hosts = z
  .string()
  .toLowerCase()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
  .pipe(
    z.array(
      z
        .string()
        .refine(
          (name) => URL.parse(`http://${name}/`)?.host === name,
          'must be names of hosts without scheme and port, separated by commas',
        ),
    ),
  )
  .optional();

const word = z.string().trim().min(1, 'must not be blank').optional();

/** Names of groups may contain blanks. */
const names = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ''))
  .optional();

const scopes = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
  .refine(
    (parts) => parts.includes('openid'),
    'must be scopes with blanks between, openid among them',
  )
  .optional();

const environmentSchema = z.object({
  INGEST_SECRET_KEY: z.string().optional(),
  INGEST_SECRET_KEY_OLDER: z.string().optional(),
  INGEST_SECRET_KEY_FILE: z.string().min(1).optional(),
  INGEST_SECRETS_DIR: z.string().min(1).optional(),
  INGEST_EGRESS_ALLOW: cidrs,
  INGEST_TRUSTED_PROXIES: cidrs,
  INGEST_ALLOWED_HOSTS: hosts,
  INGEST_PLAIN_HTTP_HOSTS: hosts,
  INGEST_USER_AGENT: z
    .string()
    .trim()
    .regex(/^[\x20-\x7e]{1,300}$/, 'must be 1 to 300 printable ASCII characters')
    .optional(),
  INGEST_LAKE_ENABLED: flag,
  INGEST_LAKE_DIR: z.string().min(1).optional(),
  INGEST_LAKE_PRETTY_PRINT: flag,
  INGEST_DISK_PAUSE_MIB: count(0, 100_000_000),
  INGEST_BATCH_SIZE: count(1, 500),
  INGEST_MAX_RETRIES: count(0, 20),
  INGEST_ENABLE_DISCOVERY: flag,
  INGEST_CONCURRENCY: count(1, 200),
  INGEST_LEASE_SECONDS: count(5, 3600),
  INGEST_ADMIN_EMAIL: z.email('must be an e-mail address').toLowerCase().optional(),
  INGEST_ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').max(200).optional(),
  INGEST_PASSWORD_SIGN_IN: flag,
  INGEST_OIDC_ISSUER: word,
  INGEST_OIDC_CLIENT_ID: word,
  INGEST_OIDC_CLIENT_SECRET: word,
  INGEST_OIDC_NAME: z
    .string()
    .trim()
    .min(1, 'must not be blank')
    .max(60, 'must have at most 60 characters')
    .optional(),
  INGEST_OIDC_SCOPES: scopes,
  INGEST_OIDC_ROLE_CLAIM: word,
  INGEST_OIDC_ADMINS: names,
  INGEST_OIDC_OPERATORS: names,
  INGEST_OIDC_VIEWERS: names,
  INGEST_OIDC_DEFAULT_ROLE: z.enum(roles, `must be one of ${roles.join(', ')}`).optional(),
  INGEST_OIDC_TRUST_EMAIL: flag,
  INGEST_SMTP_HOST: z
    .string()
    .trim()
    .regex(/^[\w.:-]{1,253}$/, 'must be the name or address of a mail server, without scheme')
    .optional(),
  INGEST_SMTP_PORT: count(1, 65_535),
  INGEST_SMTP_SECURITY: z
    .enum(smtpSecurities, `must be one of ${smtpSecurities.join(', ')}`)
    .optional(),
  INGEST_SMTP_USER: word,
  INGEST_SMTP_PASSWORD: z.string().min(1).optional(),
  INGEST_SMTP_FROM: z.email('must be an e-mail address').optional(),
  INGEST_CLAMD: z
    .string()
    .trim()
    .transform((text, context) => {
      const settings = scannerSettings(text);
      if (settings !== null) return settings;
      context.addIssue({ code: 'custom', message: 'must be host:port, or the path of a socket' });
      return z.NEVER;
    })
    .optional(),
  INGEST_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, 'must be 16 to 200 printable ASCII characters without blanks')
    .optional(),
  INGEST_METRICS_PORT: count(1, 65_535),
  INGEST_METRICS_HOST: word,
  INGEST_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).optional(),
});

export type ParsedEnvironment = z.infer<typeof environmentSchema>;

/**
 * Empty variables count as unset, as a shell or compose file leaves them. Throws `config_invalid`
 * naming each variable and what is allowed; never its value.
 */
export function parseEnvironment(env: Environment): ParsedEnvironment {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environmentSchema.safeParse(given);
  const unknown = unknownVariables(Object.keys(given));
  if (result.success && unknown.length === 0) return result.data;
  const fields = Object.fromEntries([
    ...(result.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]),
    ...unknown,
  ]);
  const sentences = Object.entries(fields).map(
    ([name, message]) => `Environment variable ${name}: ${message}.`,
  );
  throw new AppError('config_invalid', sentences.join('\n'), { fields });
}

/** Of the provider's variables: a misspelt one would let the wrong people in without a word. */
function unknownVariables(given: readonly string[]): [name: string, message: string][] {
  const prefix = 'INGEST_OIDC_';
  const known = Object.keys(environmentSchema.shape).filter((name) => name.startsWith(prefix));
  return given
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return [
        name,
        near ? `is not known; did you mean ${near}?` : `is not known; known: ${known.join(', ')}`,
      ];
    });
}
