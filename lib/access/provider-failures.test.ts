import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { providerFailure, requireSafeMetadata } from './provider-failures.ts';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('what failed between console and provider', () => {
  // What next-auth 4 and openid-client 5 say: core/lib/oauth/checks.js, lib/client.js, lib/helpers.
  it.each([
    ['State cookie was missing.', 'provider_state_invalid'],
    ['PKCE code_verifier cookie was missing.', 'provider_state_invalid'],
    ['Nonce value could not be parsed.', 'provider_state_invalid'],
    ['state mismatch, expected a, got: b', 'provider_state_invalid'],
    ['state missing from the response', 'provider_state_invalid'],
    ['failed to validate JWT signature', 'provider_token_invalid'],
    ['unexpected JWT alg received, expected RS256, got: none', 'provider_token_invalid'],
    ['failed to decode JWT (SyntaxError: Unexpected token)', 'provider_token_invalid'],
    ['unexpected iss value, expected a, got: b', 'provider_token_invalid'],
    ['aud mismatch, expected a, got: b', 'provider_token_invalid'],
    ['JWT expired, now 2, exp 1', 'provider_token_invalid'],
    ['JWT not active yet, now 1, nbf 2', 'provider_token_invalid'],
    ['nonce mismatch, expected a, got: undefined', 'provider_token_invalid'],
    ['missing required JWT property sub', 'provider_token_invalid'],
    ['id_token not present in TokenSet', 'provider_token_invalid'],
    ['invalid_grant', 'provider_failed'],
    ['outgoing request timed out after 10000ms', 'provider_unreachable'],
  ])('%s: %s', (said, code) => {
    expect(providerFailure(error(said)).code).toBe(code);
  });

  it('is known by the codes of Node and of what reads cookies', () => {
    const coded = (code: string) => providerFailure(error('', { code })).code;
    expect(coded('ECONNREFUSED')).toBe('provider_unreachable');
    expect(coded('EAI_AGAIN')).toBe('provider_unreachable');
    expect(coded('SELF_SIGNED_CERT_IN_CHAIN')).toBe('provider_unreachable');
    expect(coded('ERR_JWE_DECRYPTION_FAILED')).toBe('provider_state_invalid');
    expect(coded('ERR_ASSERTION')).toBe('provider_failed');
  });

  it('stays what it is where it is ours, and says nothing of what was sent', () => {
    const ours = new AppError('provider_no_role', 'You have no role in this console.');
    expect(providerFailure(ours)).toBe(ours);
    const failure = providerFailure(error('nonce mismatch, expected canary, got: canary'));
    expect(`${failure.message} ${failure.cause}`).not.toContain('canary');
    expect(providerFailure('a text').code).toBe('provider_failed');
  });
});

describe('what the metadata of the provider names', () => {
  const https = 'https://login.example.org/a';
  const issuer = 'https://login.example.org';
  const endpoints = { token_endpoint: https, userinfo_endpoint: https, jwks_uri: https };
  const whole = { issuer, ...endpoints };

  it('is asked under TLS, or on this machine', () => {
    expect(() => requireSafeMetadata(whole, `${issuer}/`)).not.toThrow();
    const here = { ...whole, jwks_uri: 'http://127.0.0.1:9/keys' };
    expect(() => requireSafeMetadata(here, issuer)).not.toThrow();
  });

  it.each(Object.keys(endpoints))('is not asked in clear: %s', (name) => {
    const metadata = { ...whole, [name]: 'http://login.example.org/a' };
    expect(() => requireSafeMetadata(metadata, issuer)).toThrow(
      expect.objectContaining({ code: 'provider_failed', cause: expect.stringContaining(name) }),
    );
  });

  it.each([undefined, 'https://login.example.net', `${issuer}/realms/guests`])(
    'is not asked where it is that of another issuer: %s',
    (other) => {
      expect(() => requireSafeMetadata({ ...whole, issuer: other }, issuer)).toThrow(
        expect.objectContaining({ code: 'provider_failed' }),
      );
    },
  );
});
