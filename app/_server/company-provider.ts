/** The company's OpenID Connect provider, as next-auth asks for it. */
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { completeClaims, lacksClaims } from '#lib/access/provider.ts';
import { type ProviderSettings, providerId } from '#lib/config/sign-in-settings.ts';

/** The provider answers in a fraction of this, ms; a person waits for it. */
const timeoutMs = 10_000;

export function companyProvider(settings: ProviderSettings): OAuthConfig<Record<string, unknown>> {
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
    userinfo: {
      /**
       * The claims of the checked token. A provider may keep it short (Core 5.4): what is missing is asked for.
       * When that fails, so does signing in: it would look as if the person had lost their role.
       */
      async request({ tokens, client }) {
        const claims = claimsOf(tokens);
        const accessToken = tokens.access_token;
        const asks = accessToken !== undefined && client.issuer.metadata.userinfo_endpoint;
        if (!asks || !lacksClaims(claims, settings)) return claims;
        return completeClaims(claims, await client.userinfo(accessToken));
      },
    },
    // Which account it is, is found at the end (`signInWithProvider`): an error here would not be reported.
    profile: ({ sub }) => ({ id: String(sub), sessionToken: '' }),
  };
}

/** next-auth passes on what its client library returned: the claims are behind a method. */
function claimsOf(tokens: object): Record<string, unknown> {
  if ('claims' in tokens && typeof tokens.claims === 'function') return tokens.claims();
  throw new TypeError('The tokens have no claims.');
}
