/**
 * What people type for people to read: names and notes. One schema for every form, command and endpoint. What is invisible
 * and makes a text read as another is refused here; what others wrote (titles, ids, addresses) is stored as it is and shown
 * with its marks written out.
 */
import { z } from 'zod';
import { directionMarks } from './direction-marks.ts';

/**
 * Nothing is drawn for them, so that two names that look alike differ. Joiners (U+200C, U+200D) are no such thing: Persian
 * and emoji are written with them.
 */
const invisible = /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]/u;

/** Not one letter, digit, sign or symbol, but blanks and joiners. */
const isBlank = (text: string) => !/[^\p{Z}\p{C}\u115f\u1160\u2800\u3164\uffa0]/u.test(text);

const code = (text: string, pattern: RegExp) => {
  const [found = ''] = pattern.exec(text) ?? [];
  return `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
};

/** What is wrong with a text, as a sentence that goes on after "must"; null = nothing. */
function faultOf(text: string, controls: RegExp): string | null {
  if (!text.isWellFormed()) return 'be whole characters';
  if (directionMarks.test(text)) {
    return `not contain marks of direction (${code(text, directionMarks)}): they make it read as another`;
  }
  if (invisible.test(text)) return `not contain invisible characters (${code(text, invisible)})`;
  if (controls.test(text)) return `not contain control characters (${code(text, controls)})`;
  return null;
}

const controlsOfNames = /[\p{Cc}\u2028\u2029]/u;
const controlsOfNotes = /[^\P{Cc}\n\r\t]/u;

function checked(controls: RegExp, isRequired: boolean) {
  return (text: string, context: z.RefinementCtx<string>) => {
    const fault =
      faultOf(text, controls) ?? (isRequired && isBlank(text) ? 'show something' : null);
    if (fault !== null) context.addIssue({ code: 'custom', message: `It must ${fault}.` });
  };
}

/** The rules of a name without its length, for names that have more of their own. */
export const visibleName = checked(controlsOfNames, true);

interface TextRules {
  /** Characters (UTF-16 units). */
  readonly most: number;
  /** Said where it is empty; null = it may be. */
  readonly missing: string | null;
}

const atMost = (most: number) => `Use at most ${most.toLocaleString('en-US')} characters.`;

/** One line that stands for a thing. */
export const nameText = ({ most, missing }: TextRules) => {
  const text = z.string().trim().max(most, atMost(most));
  return missing === null
    ? text.superRefine(checked(controlsOfNames, false))
    : text.min(1, missing).superRefine(visibleName);
};

/** Some sentences: a reason, a note, a comment. */
export const noteText = ({ most, missing }: TextRules) => {
  const text = z.string().trim().max(most, atMost(most));
  return missing === null
    ? text.superRefine(checked(controlsOfNotes, false))
    : text.min(1, missing).superRefine(checked(controlsOfNotes, true));
};
