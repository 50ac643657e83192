/** What a process and its threads say to each other. */

import type { FieldErrors } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';

export interface ThreadRequest {
  readonly task: string;
  readonly input: unknown;
  readonly more?: undefined;
}

/** Asks for the next part of a list. */
export interface MoreRequest {
  readonly more: true;
}

export type ThreadAnswer =
  /** Once, when the program is loaded. */
  | { readonly ready: true }
  | { readonly value: unknown }
  | { readonly part: readonly unknown[]; readonly more: boolean }
  | {
      readonly code: AppErrorCode;
      readonly message: string;
      readonly remedy: string;
      readonly fields: FieldErrors | null;
    }
  /** What is no AppError. */
  | { readonly code: null; readonly message: string };

/** What a thread is told that takes nothing large. */
export const forSmallInputs = 'small inputs';

/** Entries of a list that are sent at once: about a millisecond to take off the wire. */
export const entriesOfPart = 1000;

/** Characters, bytes and values that a task may make of its input: the longest text of JSON, and what stands around it. */
export const mostOfAnswer = 65 * 1024 * 1024;
