/** Who may do what. */

export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** The closed list of permissions; each change in `lib` names the one it needs. */
export const permissions = [
  'console:view',
  'work-items:change',
  'sources:change',
  'sources:test',
  'sources:secrets',
  'runs:change',
  'hosts:change',
  'workers:change',
  'schedules:change',
  'views:share',
  'users:manage',
  'settings:manage',
] as const;
export type Permission = (typeof permissions)[number];

/** The person (or the system) on whose behalf something changes. */
export interface Actor {
  readonly userId: string | null;
  readonly email: string;
  readonly role: Role;
}

/** Worker, scheduler and commands act as the system: every permission, named in the audit log. */
export const systemActor = (name: string): Actor => ({
  userId: null,
  email: `system:${name}`,
  role: 'admin',
});
