/** The company's OpenID Connect provider, as next-auth asks for it. */
import type {
  OAuthConfig,
  TokenEndpointHandler,
  UserinfoEndpointHandler,
} from 'next-auth/providers/oauth';
import { completeClaims, lacksClaims } from '#lib/access/provider.ts';
import { requireSafeMetadata } from '#lib/access/provider-failures.ts';
import { type ProviderSettings, providerId } from '#lib/config/sign-in-settings.ts';

/** The provider answers in a fraction of this, ms; a person waits for it. */
const timeoutMs = 10_000;

type AskTokens = NonNullable<TokenEndpointHandler['request']>;
type AskClaims = NonNullable<UserinfoEndpointHandler['request']>;

/** `fail` is told what the requests below throw: of it, next-auth passes on the sentence alone. */
export function companyProvider(
  settings: ProviderSettings,
  fail: (error: unknown) => void,
): OAuthConfig<Record<string, unknown>> {
  const telling =
    <Context, Answer>(ask: (context: Context) => Answer | Promise<Answer>) =>
    async (context: Context): Promise<Answer> => {
      try {
        return await ask(context);
      } catch (error) {
        fail(error);
        throw error;
      }
    };
  return {
    id: providerId,
    name: settings.name,
    type: 'oauth',
    wellKnown: `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    authorization: { params: { scope: settings.scopes.join(' ') } },
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    httpOptions: { timeout: timeoutMs },
    token: { request: telling((context) => askTokens(context, settings)) },
    userinfo: { request: telling((context) => askClaims(context, settings)) },
    // Which account it is, is found at the end (`signInWithProvider`): an error here would not be reported.
    profile: ({ sub }) => ({ id: String(sub), sessionToken: '' }),
  };
}

/** Of what is in the address a person comes back with, a code counts and nothing else: no token that somebody put there. */
async function askTokens(
  { provider, params, checks, client }: Parameters<AskTokens>[0],
  settings: ProviderSettings,
) {
  requireSafeMetadata(client.issuer.metadata, settings.issuer);
  const { id_token: _, access_token: __, response: ___, ...given } = params;
  const tokens = await client.callback(provider.callbackUrl, given, {
    ...checks,
    response_type: 'code',
  });
  return { tokens };
}

/**
 * The claims of the checked token. A provider may keep it short (Core 5.4): what is missing is asked for.
 * When that fails, so does signing in: it would look as if the person had lost their role.
 */
async function askClaims(
  { tokens, client }: Parameters<AskClaims>[0],
  settings: ProviderSettings,
): Promise<Record<string, unknown>> {
  const claims = claimsOf(tokens);
  const accessToken = tokens.access_token;
  const asks = accessToken !== undefined && client.issuer.metadata.userinfo_endpoint;
  if (!asks || !lacksClaims(claims, settings)) return claims;
  return completeClaims(claims, await client.userinfo(accessToken));
}

/** next-auth passes on what its client library returned: the claims are behind a method. */
function claimsOf(tokens: object): Record<string, unknown> {
  if ('claims' in tokens && typeof tokens.claims === 'function') return tokens.claims();
  throw new TypeError('The tokens have no claims.');
}
