/**
 * What is asked of a new password (OWASP ASVS 5.0, 6.2): 12 characters and more, none of the commonest nor easily
 * derived from one, not the person's own address or name. No rules about kinds of characters.
 */
import { AppError } from '#lib/errors/app-error.ts';

const leastPasswordLength = 12;
const mostPasswordLength = 200;

export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** Guesses below 10^8 (zxcvbn's scores 0 to 2): a list of common passwords and the usual changes to them. */
const leastScore = 3;
/** The estimate takes the square of the length in time, and nobody's first 64 characters are weaker than all. */
const lookedAt = 64;
/** What of a password must be left without the person's own words. */
const leastOther = 8;
const shortestOwnWord = 3;
/** Everybody here would think of these. */
const productWords = ['holocron', 'ingest', 'console'];

/**
 * Throws `password_refused`, with the reason at the field and in the message.
 * @param field the form's name for it
 */
export async function checkNewPassword(
  password: string,
  owner: PasswordOwner,
  field = 'password',
): Promise<void> {
  const fault = await faultOf(password.normalize('NFKC'), owner);
  if (fault === null) return;
  throw new AppError('password_refused', `This password cannot be used. ${fault}`, {
    fields: { [field]: fault },
  });
}

async function faultOf(password: string, owner: PasswordOwner): Promise<string | null> {
  const length = [...password].length;
  if (length < leastPasswordLength) return `Use at least ${leastPasswordLength} characters.`;
  if (length > mostPasswordLength) return `Use at most ${mostPasswordLength} characters.`;
  const own = ownWords(owner);
  if (isMadeOf(password, own)) return 'It is mostly the own address or name.';
  const { scoreOf } = await import('./password-estimator.ts');
  const score = scoreOf(password.slice(0, lookedAt), [...own, ...productWords]);
  return score >= leastScore ? null : 'It is among the commonest, or easily guessed from one.';
}

/** Longest first: of an address, the parts go with it. */
function ownWords({ email, name }: PasswordOwner): string[] {
  const words = [email, name, ...email.split(/[@.+_-]/), ...name.split(/\s+/)];
  return [...new Set(words.map((word) => word.toLowerCase()))]
    .filter((word) => word.length >= shortestOwnWord)
    .sort((a, b) => b.length - a.length);
}

function isMadeOf(password: string, own: readonly string[]): boolean {
  const other = own.reduce((rest, word) => rest.replaceAll(word, ''), password.toLowerCase());
  return other.length < password.length && [...other].length < leastOther;
}
