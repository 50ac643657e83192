/** Who acts, and which role may do what. The console hides what is not allowed; `requirePermission` refuses it. */

export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** The closed list of permissions; each change in `lib` names the one it needs. */
export const permissions = [
  'console:view',
  'records:read',
  'work-items:retry',
  'work-items:change',
  'sources:change',
  'sources:delete',
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
  /** What of the role the person does not have; absent or null = all of it is theirs. */
  readonly limits?: Limits | null;
  /** The API token that a program showed: it may do what its owner may, within these bounds. */
  readonly token?: TokenScope;
}

/** What an administrator left out of a person's role. */
export interface Limits {
  readonly without: readonly Permission[];
  /** Names of sources; null = all. Nothing of others is shown, and nothing that belongs to no source. */
  readonly sources: Sight;
}

/** The names of the sources that somebody sees; null = all of them, and what belongs to none. */
export type Sight = readonly string[] | null;

/** The names of the sources that something is about; `all` = of no source in particular. */
export type Touched = readonly string[] | 'all';

export interface TokenScope {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly sources: Sight;
}

/** Worker, scheduler and commands act as the system: every permission, named in the audit log. */
export const systemActor = (name: string): Actor => ({
  userId: null,
  email: `system:${name}`,
  role: 'admin',
});

const viewer: readonly Permission[] = ['console:view', 'records:read'];

const operator: readonly Permission[] = [
  ...viewer,
  'work-items:retry',
  'work-items:change',
  'sources:change',
  'sources:delete',
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

/** Change what belongs to no source, and so what a person of some sources does not have. */
const ofNoSource: ReadonlySet<Permission> = new Set<Permission>([
  'everything:stop',
  'hosts:change',
  'workers:change',
  'database:examine',
  'users:manage',
  'settings:manage',
]);

/** Whether the role, without what was left out of it, and the token, if there is one, have the permission. */
export function may(
  { role, limits, token }: Pick<Actor, 'role' | 'limits' | 'token'>,
  permission: Permission,
): boolean {
  if (!can(role, permission) || !(token?.permissions.includes(permission) ?? true)) return false;
  if (!limits) return true;
  const isOfSources = limits.sources === null || !ofNoSource.has(permission);
  return isOfSources && !limits.without.includes(permission);
}

/** What is left to somebody of all sources by the limits of the account and of the token. */
export function sightOf({ limits, token }: Pick<Actor, 'limits' | 'token'>): Sight {
  const own = limits?.sources ?? null;
  const given = token?.sources ?? null;
  if (own === null || given === null) return own ?? given;
  return own.filter((name) => given.includes(name));
}

/** Whether all of these sources are seen. */
export const isSeen = (sight: Sight, touched: Touched): boolean =>
  sight === null || (touched !== 'all' && touched.every((name) => sight.includes(name)));

/** Whether the person, or the program, reaches all of these sources: sees them, and changes what is theirs. */
export const reaches = (actor: Pick<Actor, 'limits' | 'token'>, touched: Touched): boolean =>
  isSeen(sightOf(actor), touched);

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
  'records:read': 'read what was fetched',
  'work-items:retry': 'retry or recrawl work items',
  'work-items:change': 'change work items in other ways',
  'sources:change': 'change sources',
  'sources:delete': 'delete sources',
  'sources:test': 'send test requests to sources',
  'sources:secrets': 'set the secrets of sources',
  'runs:change': 'launch or steer runs',
  'everything:stop': 'stop all work, or let it go on',
  'hosts:change': 'change how hosts are treated',
  'workers:change': 'steer workers',
  'schedules:change': 'change schedules',
  'alerts:change': 'acknowledge or mute alerts, change their rules, or decide what is held',
  'views:share': 'share views',
  'database:examine': 'examine the database',
  'users:manage': 'manage users',
  'settings:manage': 'change settings',
};
