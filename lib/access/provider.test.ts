import { describe, expect, it } from 'vitest';
import { claimsOf, providerOf } from '#test/access/provider.ts';
import { completeClaims, issuerOf, lacksClaims, personOfClaims, valuesOf } from './provider.ts';

const person = (
  claims: Readonly<Record<string, unknown>> = {},
  settings: Parameters<typeof providerOf>[0] = {},
) => personOfClaims(claimsOf('ada', claims), providerOf(settings));

describe('a person of the provider', () => {
  it('is known by issuer and subject', () => {
    const { identity } = person({ sub: 'auth0|5f7c' });
    expect(identity).toBe('https://login.example.org/realms/staff|auth0|5f7c');
    expect(issuerOf(identity)).toBe('https://login.example.org/realms/staff');
  });

  it.each([
    ['another issuer', { iss: 'https://login.example.org/realms/guests' }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject longer than any may be', { sub: 's'.repeat(256) }],
  ])('cannot have %s', (_, claims) => {
    expect(() => person(claims)).toThrow(expect.objectContaining({ code: 'provider_failed' }));
  });

  it('may come from an issuer that ends in a slash where the setting does not', () => {
    const settings = { issuer: 'https://acme.auth0.example' };
    expect(person({ iss: 'https://acme.auth0.example/' }, settings).email).toBe('ada@example.org');
  });

  it.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [undefined, false],
    [1, false],
  ])('has a verified address when the provider says %j: %j', (said, verified) => {
    expect(person({ email_verified: said }).emailVerified).toBe(verified);
  });

  it('has a verified address without a word where the deployment trusts the provider', () => {
    const { email, emailVerified } = person(
      { email: 'Ada@Example.org', email_verified: undefined },
      { trustsEmail: true },
    );
    expect([email, emailVerified]).toEqual(['ada@example.org', true]);
  });

  it('is shown with the user name where there is no address, which is never verified', () => {
    const claims = { email: undefined, preferred_username: 'ada@corp.example' };
    expect(person(claims, { trustsEmail: true })).toMatchObject({
      email: 'ada@corp.example',
      emailVerified: false,
    });
    expect(person({ email: 'ada', preferred_username: 'ada' }).email).toBeNull();
  });

  it('has a name, or else the address', () => {
    expect(person({ name: `  ${'n'.repeat(120)}` }).name).toBe('n'.repeat(100));
    expect(person({ name: 7 }).name).toBe('ada@example.org');
  });
});

describe('the role', () => {
  it.each([
    [['staff'], 'viewer'],
    [['staff', 'ingest'], 'operator'],
    [['platform', 'staff'], 'admin'],
    ['ingest', 'operator'],
    [['Platform'], null],
    [['guests'], null],
    [[], null],
    [undefined, null],
    [{ platform: true }, null],
    [[['platform'], 5, null], null],
  ])('of the claim %j is %s', (roles, role) => {
    expect(person({ roles }).role).toBe(role);
  });

  it('is the default one where the claim gives none', () => {
    expect(person({ roles: ['guests'] }, { defaultRole: 'viewer' }).role).toBe('viewer');
    expect(person({ roles: ['platform'] }, { defaultRole: 'viewer' }).role).toBe('admin');
  });

  it('can be given to single people by their address, once it is verified', () => {
    const settings = {
      roleClaim: 'email',
      roleValues: { admin: ['ada@example.org'], operator: [], viewer: [] },
    };
    expect(person({}, settings).role).toBe('admin');
    expect(person({ email_verified: false }, settings).role).toBeNull();
  });

  it('comes from a claim by its whole name, or by a path into objects', () => {
    const claims = {
      'https://acme.example/roles': ['a'],
      realm_access: { roles: ['b'], 'x.y': ['c'] },
    };
    expect(valuesOf(claims, 'https://acme.example/roles')).toEqual(['a']);
    expect(valuesOf(claims, 'realm_access.roles')).toEqual(['b']);
    expect(valuesOf(claims, 'realm_access.groups')).toEqual([]);
    expect(valuesOf(claims, 'constructor.name')).toEqual([]);
  });
});

describe('a short token', () => {
  const asks = (claims: Readonly<Record<string, unknown>>, settings = providerOf()) =>
    lacksClaims(claimsOf('ada', claims), settings);

  it('is completed when it lacks the address, or the claim that gives roles', () => {
    expect(asks({ roles: ['guests'] })).toBe(false);
    expect(asks({})).toBe(true);
    expect(asks({ roles: ['guests'], email: undefined })).toBe(true);
    const noRoles = providerOf({ roleValues: { admin: [], operator: [], viewer: [] } });
    expect(asks({}, noRoles)).toBe(false);
  });

  it('wins over what is told beside it, and keeps an address and its proof together', () => {
    const token = { sub: 'a', email: 'new@example.org', name: 'Ada' };
    const beside = { sub: 'a', email: 'old@example.org', email_verified: true, roles: ['staff'] };
    expect(completeClaims(token, beside)).toEqual({
      sub: 'a',
      email: 'new@example.org',
      email_verified: undefined,
      name: 'Ada',
      roles: ['staff'],
    });
    expect(completeClaims({ sub: 'a' }, beside)).toMatchObject({ email_verified: true });
  });

  it('is not completed with what is told of somebody else', () => {
    expect(() => completeClaims({ sub: 'a' }, { sub: 'b', roles: ['platform'] })).toThrow(
      expect.objectContaining({ code: 'provider_failed' }),
    );
  });
});
