/** Who is asking: the session, checked against the account at every request. */
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { addressHeader, newPasswordPath, signInAgain } from '#app/ui/ended-session.ts';
import { actorOfSession, rememberActivity, type SessionActor } from '#lib/access/sessions.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRuntime } from '#lib/runtime.ts';
import { sessionToken } from './auth.ts';
import { backgroundHeader } from './door-headers.ts';
import { requestOrigin } from './origin.ts';

export type SignedInActor = SessionActor;

/** Null when nobody is signed in, or the account or the session was ended. Once per request. */
export const currentActor = cache(async (): Promise<SignedInActor | null> => {
  const token = await sessionToken();
  if (token === null) return null;
  const { db } = await getRuntime();
  const actor = await actorOfSession(db, token);
  if (actor === null) return null;
  if (!(await headers()).get(backgroundHeader)) await rememberActivity(db, actor);
  return { ...actor, address: (await requestOrigin()).address };
});

/** For pages: goes to the sign-in page when nobody is signed in, which leads back to the page. */
export async function requireActor(): Promise<SignedInActor> {
  const actor = await currentActor();
  if (actor === null) {
    const address = (await headers()).get(addressHeader) ?? '/';
    redirect(signInAgain(address));
  }
  if (actor.mustChangePassword) redirect(newPasswordPath);
  return actor;
}

/** For actions and JSON routes: throws `not_signed_in` or `password_change_required`. */
export async function actorOrThrow(): Promise<SignedInActor> {
  const actor = await signedInOrThrow();
  if (actor.mustChangePassword) {
    throw new AppError('password_change_required', 'Your password was chosen by somebody else.');
  }
  return actor;
}

/** For changing the own password alone: throws `not_signed_in`. */
export async function signedInOrThrow(): Promise<SignedInActor> {
  const actor = await currentActor();
  if (actor === null) throw new AppError('not_signed_in', 'You are no longer signed in.');
  return actor;
}
