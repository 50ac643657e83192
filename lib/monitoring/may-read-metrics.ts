/** Who may read the metrics: whoever shows the token, compared in a time that does not tell how much of it was right. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** @param authorization the header as it came */
export function showsToken(authorization: string | null | undefined, token: string): boolean {
  const shown = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return shown !== undefined && timingSafeEqual(digest(shown), digest(token));
}

const digest = (text: string) => createHash('sha256').update(text).digest();
