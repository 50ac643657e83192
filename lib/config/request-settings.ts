/** What is believed of a request: where browsers see the console, and who may say for whom they ask. */
import type { ParsedEnvironment } from './environment.ts';

export interface RequestSettings {
  /** `https://ingest.example.org`: the console as browsers see it; null where that is not known. */
  readonly consoleOrigin: string | null;
  /** Networks (CIDR) of the proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Names the console may be asked by, beside that of `consoleOrigin`; none = any. */
  readonly allowedHosts: readonly string[];
}

export const requestSettings = (
  environment: ParsedEnvironment,
  consoleUrl: string | undefined,
): RequestSettings => ({
  consoleOrigin: originOf(consoleUrl),
  trustedProxies: environment.INGEST_TRUSTED_PROXIES ?? [],
  allowedHosts: environment.INGEST_ALLOWED_HOSTS ?? [],
});

export const originOf = (consoleUrl: string | undefined): string | null =>
  addressOf(consoleUrl)?.origin ?? null;

/** Of NEXTAUTH_URL, which may lack its scheme and may name a path; null when it is no address. */
export function addressOf(consoleUrl: string | undefined): URL | null {
  if (!consoleUrl) return null;
  // next-auth reads an address without a scheme so.
  const url = consoleUrl.startsWith('http') ? consoleUrl : `https://${consoleUrl}`;
  return URL.parse(url);
}

/** Whether browsers speak TLS with the console, so that cookies can be theirs alone. */
export const isUnderTls = (consoleOrigin: string | null): boolean =>
  consoleOrigin?.startsWith('https:') ?? false;
