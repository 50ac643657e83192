import { refusalOfCode } from '#lib/access/provider-refusal.ts';
import { appErrorRemedies } from '#lib/errors/codes.ts';

/** Words of next-auth for what went wrong between console and provider. */
const codes: Readonly<Record<string, string>> = {
  OAuthSignin: 'provider_unreachable',
  // The provider came back with an error of its own: access denied, most often.
  Callback: 'provider_cancelled',
};

/**
 * What the sign-in page says of `?error=`, one of our codes or a word of next-auth. Anything else says only
 * that it failed: the address may come from anybody.
 */
export function failureOfAddress(
  error: string | readonly string[] | undefined,
): { readonly title: string; readonly remedy: string } | null {
  if (typeof error !== 'string') return null;
  const code = Object.hasOwn(codes, error) ? codes[error] : error;
  return (
    refusalOfCode(code) ?? { title: 'Signing in failed.', remedy: appErrorRemedies.provider_failed }
  );
}
