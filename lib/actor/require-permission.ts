import { AppError } from '#lib/errors/app-error.ts';
import { type Actor, can, leastRoleFor, type Permission, permissionSentences } from './model.ts';

/** Refuses (`forbidden`) unless the actor's role and token have the permission. The first line of every change. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (can(actor.role, permission)) {
    if (actor.token?.permissions.includes(permission) ?? true) return;
    throw new AppError('forbidden', `This token may not ${permissionSentences[permission]}.`, {
      remedy: `Make a token with the permission ${permission}.`,
    });
  }
  const needed = leastRoleFor(permission);
  throw new AppError(
    'forbidden',
    `You may not ${permissionSentences[permission]}: that needs the role ${needed}, and yours is ${actor.role}.`,
    { remedy: `Ask an administrator for the role ${needed}.` },
  );
}
