/** Who acts, and which role may do what. The console hides what is not allowed; `requirePermission` refuses it. */

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
  'everything:stop',
  'hosts:change',
  'workers:change',
  'schedules:change',
  'alerts:change',
  'views:share',
  'database:examine',
  'users:manage',
  'settings:manage',
] as const;
export type Permission = (typeof permissions)[number];

/** The person (or the system) on whose behalf something changes. */
export interface Actor {
  readonly userId: string | null;
  readonly email: string;
  readonly role: Role;
  /** Where the request came from; stands in the audit log. */
  readonly address?: string | null;
  /** The API token that a program showed: it may do what its owner may, within these bounds. */
  readonly token?: TokenScope;
}

export interface TokenScope {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Names of sources; null = all. */
  readonly sources: readonly string[] | null;
}

/** Worker, scheduler and commands act as the system: every permission, named in the audit log. */
export const systemActor = (name: string): Actor => ({
  userId: null,
  email: `system:${name}`,
  role: 'admin',
});

const viewer: readonly Permission[] = ['console:view'];

const operator: readonly Permission[] = [
  ...viewer,
  'work-items:change',
  'sources:change',
  'sources:test',
  'runs:change',
  'everything:stop',
  'hosts:change',
  'workers:change',
  'schedules:change',
  'alerts:change',
  'views:share',
  'database:examine',
];

const allowed: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(viewer),
  operator: new Set(operator),
  admin: new Set(permissions),
};

export function can(role: Role, permission: Permission): boolean {
  return allowed[role].has(permission);
}

/** The least role that has the permission, for the sentence that refuses it. */
export function leastRoleFor(permission: Permission): Role {
  if (allowed.viewer.has(permission)) return 'viewer';
  return allowed.operator.has(permission) ? 'operator' : 'admin';
}

/** What the permission lets a person do, completing "You may not …". */
export const permissionSentences: Readonly<Record<Permission, string>> = {
  'console:view': 'look at the console',
  'work-items:change': 'change work items',
  'sources:change': 'change sources',
  'sources:test': 'send test requests to sources',
  'sources:secrets': 'set the secrets of sources',
  'runs:change': 'launch or steer runs',
  'everything:stop': 'stop all work, or let it go on',
  'hosts:change': 'change how hosts are treated',
  'workers:change': 'steer workers',
  'schedules:change': 'change schedules',
  'alerts:change': 'acknowledge or mute alerts, or change their rules',
  'views:share': 'share views',
  'database:examine': 'examine the database',
  'users:manage': 'manage users',
  'settings:manage': 'change settings',
};
