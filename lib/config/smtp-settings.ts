/** The mail server that channels of e-mail send through. */
import { isLoopbackHost } from '#lib/clear-text.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { ParsedEnvironment } from './environment.ts';

export const smtpSecurities = ['starttls', 'tls', 'none'] as const;

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls`: begins in clear and must change to TLS; `tls`: from the first byte; `none`: never. */
  readonly security: (typeof smtpSecurities)[number];
  /** The address that messages come from. */
  readonly from: string;
  /** Null = the server asks for no sign-in. */
  readonly signIn: { readonly user: string; readonly password: string } | null;
}

const usualPorts = { starttls: 587, tls: 465, none: 25 } as const;

/** Null = none is configured. Throws `config_invalid` naming each variable at fault; never its value. */
export function smtpSettings(environment: ParsedEnvironment): SmtpSettings | null {
  const {
    INGEST_SMTP_HOST: host,
    INGEST_SMTP_FROM: from,
    INGEST_SMTP_USER: user,
    INGEST_SMTP_PASSWORD: password,
    INGEST_SMTP_SECURITY: security = 'starttls',
  } = environment;
  const given = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith('INGEST_SMTP_') && value !== undefined ? [name] : [],
  );
  if (given.length === 0) return null;
  const faults: Record<string, string> = {};
  const beside = `is required beside ${given.join(', ')}`;
  if (host === undefined) faults['INGEST_SMTP_HOST'] = beside;
  if (from === undefined) faults['INGEST_SMTP_FROM'] = beside;
  if (user !== undefined && password === undefined) faults['INGEST_SMTP_PASSWORD'] = beside;
  if (user === undefined && password !== undefined) faults['INGEST_SMTP_USER'] = beside;
  if (user !== undefined && security === 'none' && host !== undefined && !isLoopbackHost(host)) {
    faults['INGEST_SMTP_SECURITY'] =
      'must be starttls or tls: a password is not sent over the network in clear';
  }
  if (host === undefined || from === undefined || Object.keys(faults).length > 0) {
    const sentences = Object.entries(faults).map(
      ([name, fault]) => `Environment variable ${name}: ${fault}.`,
    );
    throw new AppError('config_invalid', sentences.join('\n'), { fields: faults });
  }
  return {
    host,
    port: environment.INGEST_SMTP_PORT ?? usualPorts[security],
    security,
    from,
    signIn: user === undefined || password === undefined ? null : { user, password },
  };
}
