import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import {
  type Actor,
  can,
  leastRoleFor,
  may,
  permissionSentences,
  permissions,
  reaches,
  systemActor,
} from './model.ts';
import { requirePermission, requireSources } from './require-permission.ts';

const viewer = { userId: 'u1', email: 'v@example.org', role: 'viewer' } as const;
const operator = { userId: 'u2', email: 'o@example.org', role: 'operator' } as const;

describe('permissions', () => {
  it('lets a viewer look and change nothing', () => {
    expect(permissions.filter((permission) => can('viewer', permission))).toEqual([
      'console:view',
      'records:read',
    ]);
  });

  it('leaves out of a role what an administrator left out of it', () => {
    const limited: Actor = { ...operator, limits: { without: ['sources:delete'], sources: null } };
    expect(permissions.filter((one) => may(operator, one) && !may(limited, one))).toEqual([
      'sources:delete',
    ]);
    expect(() => requirePermission(limited, 'sources:delete')).toThrow(/left out of your role/);
    expect(() => requirePermission(limited, 'work-items:retry')).not.toThrow();
    expect(reaches(limited, 'all')).toBe(true);
  });

  it('lets a person of some sources change these alone, and nothing that belongs to none', () => {
    const limited: Actor = { ...operator, limits: { without: [], sources: ['wiki'] } };
    expect(permissions.filter((one) => may(operator, one) && !may(limited, one))).toEqual([
      'everything:stop',
      'hosts:change',
      'workers:change',
      'database:examine',
    ]);
    expect(() => requireSources(limited, ['wiki'])).not.toThrow();
    expect(() => requireSources(limited, [])).not.toThrow();
    for (const beyond of [['wiki', 'other'], ['Wiki'], 'all'] as const) {
      expect(() => requireSources(limited, beyond)).toThrow(
        expect.objectContaining({
          code: 'forbidden',
          remedy: 'It is for wiki: choose among these.',
        }),
      );
    }
  });

  it('gives a token no more than its owner has', () => {
    const token = { id: 't', name: 'n', permissions, sources: null };
    const limited: Actor = {
      ...operator,
      token,
      limits: { without: ['runs:change'], sources: null },
    };
    expect(may(limited, 'runs:change')).toBe(false);
    expect(may(limited, 'settings:manage')).toBe(false);
    expect(may({ ...limited, limits: null }, 'runs:change')).toBe(true);
  });

  it('keeps users, settings and secrets from operators', () => {
    expect(permissions.filter((permission) => !can('operator', permission))).toEqual([
      'sources:secrets',
      'users:manage',
      'settings:manage',
    ]);
  });

  it('gives administrators and the system every permission', () => {
    for (const permission of permissions) {
      expect(can('admin', permission)).toBe(true);
      expect(() => requirePermission(systemActor('worker'), permission)).not.toThrow();
    }
  });

  it('names the least role that has a permission', () => {
    expect(leastRoleFor('console:view')).toBe('viewer');
    expect(leastRoleFor('runs:change')).toBe('operator');
    expect(leastRoleFor('users:manage')).toBe('admin');
  });

  it('refuses with a code, what was refused and which role to ask for', () => {
    const refusal = (() => {
      try {
        requirePermission(viewer, 'runs:change');
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({
      code: 'forbidden',
      message:
        'You may not launch or steer runs: that needs the role operator, and yours is viewer.',
      remedy: 'Ask an administrator for the role operator.',
    });
    expect(() => requirePermission(operator, 'users:manage')).toThrow(/role admin/);
  });

  it('has a sentence for every permission', () => {
    expect(Object.keys(permissionSentences).sort()).toEqual([...permissions].sort());
  });
});

describe('a page', () => {
  it('asks what the person may, not what the role of theirs would', () => {
    const files = globSync('{app,lib}/**/*.{ts,tsx}').filter(
      (file) => !/\.test\.|^lib\/actor\//.test(file),
    );
    const byRole = files.filter((file) => /\bcan\(\s*\w+\.role\b/.test(readFileSync(file, 'utf8')));
    expect(files.length).toBeGreaterThan(300);
    expect(byRole).toEqual([]);
  });
});
