import { z } from 'zod';

/** An e-mail address of an account, in lower case. */
export const emailSchema = z
  .email('Give an e-mail address like name@example.org.')
  .max(254, 'Use at most 254 characters.')
  .transform((email) => email.toLowerCase());
