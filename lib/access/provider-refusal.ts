/** Why signing in with the provider did not succeed, in the words of the sign-in page. */
import { AppError, type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';

const sentences = {
  account_deactivated: 'Your account here is deactivated.',
  provider_no_role: 'You have no role in this console.',
  provider_no_email: 'The provider did not tell your e-mail address.',
  provider_email_taken: 'There is already an account with your e-mail address.',
  provider_cancelled: 'The provider did not sign you in.',
  provider_failed: 'Signing in with the provider failed.',
  provider_unreachable: 'The provider could not be reached.',
} as const satisfies Partial<Record<AppErrorCode, string>>;

type RefusalCode = keyof typeof sentences;

/** The cause is for the log. */
export function refusal(code: RefusalCode, cause?: string): AppError {
  return new AppError(code, sentences[code], cause === undefined ? {} : { cause });
}

/** Of a code that came in an address: anybody can write one, so an unknown one says only that it failed. */
export function refusalOfCode(code: string): PublicError {
  return toPublicError(refusal(isRefusal(code) ? code : 'provider_failed'));
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(sentences, code);
}
