/** What the address of the sign-in page carries: what failed. */
import { refusalOfCode } from '#lib/access/provider.ts';
import type { PublicError } from '#lib/errors/app-error.ts';

/** Words of next-auth for what went wrong between console and provider. */
const codes: Readonly<Record<string, string>> = {
  OAuthSignin: 'provider_unreachable',
  // The provider came back with an error of its own: access denied, most often.
  Callback: 'provider_cancelled',
};

/** What the sign-in page shows for `?error=`, one of our codes or a word of next-auth; null for none. */
export function failureOfAddress(
  error: string | readonly string[] | undefined,
): PublicError | null {
  if (typeof error !== 'string') return null;
  return refusalOfCode((Object.hasOwn(codes, error) ? codes[error] : undefined) ?? error);
}
