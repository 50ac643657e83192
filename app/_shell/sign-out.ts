'use client';
/** Signing out, loaded when somebody does it. */
import { signOut } from 'next-auth/react';
import { discardDrafts } from '#app/ui/draft.ts';
import { goOnAsking, stopAsking } from '#app/ui/live-attention.ts';
import type { Answer } from '#app/ui/use-action.ts';

/** Throws when the console does not answer: the session goes on then, and so does the page. */
export async function endSession(): Promise<Answer<null>> {
  stopAsking();
  try {
    await signOut({ redirect: false });
  } catch (error) {
    goOnAsking();
    throw error;
  }
  discardDrafts();
  return { ok: true, data: null };
}
