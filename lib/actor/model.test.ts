import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { can, leastRoleFor, permissionSentences, permissions, systemActor } from './model.ts';
import { requirePermission } from './require-permission.ts';

const viewer = { userId: 'u1', email: 'v@example.org', role: 'viewer' } as const;
const operator = { userId: 'u2', email: 'o@example.org', role: 'operator' } as const;

describe('permissions', () => {
  it('lets a viewer look and change nothing', () => {
    expect(permissions.filter((permission) => can('viewer', permission))).toEqual(['console:view']);
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
