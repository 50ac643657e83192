import { AppError } from '#lib/errors/app-error.ts';
import { type Actor, can, leastRoleFor, type Permission, permissionSentences } from './model.ts';

/** Refuses (`forbidden`) unless the actor's role has the permission. The first line of every change. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (can(actor.role, permission)) return;
  const needed = leastRoleFor(permission);
  throw new AppError(
    'forbidden',
    `You may not ${permissionSentences[permission]}: that needs the role ${needed}, and yours is ${actor.role}.`,
    { remedy: `Ask an administrator for the role ${needed}.` },
  );
}
