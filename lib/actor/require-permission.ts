import { AppError } from '#lib/errors/app-error.ts';
import {
  type Actor,
  can,
  leastRoleFor,
  may,
  type Permission,
  permissionSentences,
  reaches,
  sightOf,
  type Touched,
} from './model.ts';

/**
 * Refuses (`forbidden`) unless the actor's role, limits and token have the permission. The first line of every change;
 * one that is about sources goes on with `requireSources`.
 */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (may(actor, permission)) return;
  const what = permissionSentences[permission];
  if (!can(actor.role, permission)) {
    const needed = leastRoleFor(permission);
    throw new AppError(
      'forbidden',
      `You may not ${what}: that needs the role ${needed}, and yours is ${actor.role}.`,
      { remedy: `Ask an administrator for the role ${needed}.` },
    );
  }
  if (actor.token && !actor.token.permissions.includes(permission)) {
    throw new AppError('forbidden', `This token may not ${what}.`, {
      remedy: `Make a token with the permission ${permission}.`,
    });
  }
  throw new AppError('forbidden', `You may not ${what}: it was left out of your role.`, {
    remedy: 'Ask an administrator to change the limits of your account.',
  });
}

/** Refuses (`forbidden`) whoever is of some sources what is about others, or about none in particular. */
export function requireSources(actor: Actor, touched: Touched): void {
  if (reaches(actor, touched)) return;
  throw new AppError(
    'forbidden',
    touched === 'all'
      ? 'Your account is for some sources, and this is about more.'
      : 'Your account is not for this source.',
    { remedy: `It is for ${sightOf(actor)?.join(', ')}: choose among these.` },
  );
}
