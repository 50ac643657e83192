/** Who is asking: the session, checked against the account at every request. */
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { addressHeader, signInAgain } from '#app/ui/ended-session.ts';
import { actorOfSession } from '#lib/access/sign-in.ts';
import type { Actor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRuntime } from '#lib/runtime.ts';
import { sessionClaim } from './auth.ts';

export type SignedInActor = Actor & { readonly name: string };

/** Null when nobody is signed in, or the account or the session was ended. Once per request. */
export const currentActor = cache(async (): Promise<SignedInActor | null> => {
  const claim = await sessionClaim();
  if (claim === null) return null;
  const { db } = await getRuntime();
  return actorOfSession(db, claim);
});

/** For pages: goes to the sign-in page when nobody is signed in, which leads back to the page. */
export async function requireActor(): Promise<SignedInActor> {
  const actor = await currentActor();
  if (actor === null) {
    const address = (await headers()).get(addressHeader) ?? '/';
    redirect(signInAgain(address));
  }
  return actor;
}

/** For actions and JSON routes: throws `not_signed_in`. */
export async function actorOrThrow(): Promise<SignedInActor> {
  const actor = await currentActor();
  if (actor === null) throw new AppError('not_signed_in', 'You are no longer signed in.');
  return actor;
}
