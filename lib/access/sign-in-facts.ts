/** How people sign in here, for the settings page. */
import type { ProviderSettings, SignInSettings } from '#lib/config/sign-in-settings.ts';
import { decidesRoles } from './provider-claims.ts';

export interface SignInFacts {
  readonly passwords: boolean;
  readonly callbackUrl: string | null;
  readonly provider:
    | (Omit<ProviderSettings, 'clientSecret'> & { readonly decidesRoles: boolean })
    | null;
}

/** Without the secret. */
export function signInFacts({ passwords, provider, callbackUrl }: SignInSettings): SignInFacts {
  if (provider === null) return { passwords, callbackUrl, provider };
  const { clientSecret: _, ...shown } = provider;
  return { passwords, callbackUrl, provider: { ...shown, decidesRoles: decidesRoles(provider) } };
}
