/** Sign-in: which ways are open, and what the provider must know of this console. */
import type { ReactNode } from 'react';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { SignInFacts } from '#lib/access/provider.ts';
import { roles } from '#lib/actor/model.ts';

export function SignInSection({ signIn }: { readonly signIn: SignInFacts }) {
  const { passwords, provider, callbackUrl } = signIn;
  return (
    <Section title="Sign-in">
      <KeyValue
        entries={[
          {
            label: 'Passwords',
            value: passwords ? 'on' : 'off (INGEST_PASSWORD_SIGN_IN)',
          },
          {
            label: 'Provider',
            value: provider ? provider.name : 'none (INGEST_OIDC_ISSUER)',
          },
          ...(provider ? providerEntries(provider) : []),
          {
            label: 'Callback URL',
            value:
              callbackUrl === null ? (
                "not known: set NEXTAUTH_URL to the console's address"
              ) : (
                <>
                  <span className="mono break-all">{callbackUrl}</span>
                  <span className="text-ink-3"> to register at the provider</span>
                </>
              ),
          },
        ]}
      />
    </Section>
  );
}

function providerEntries(
  provider: NonNullable<SignInFacts['provider']>,
): { readonly label: string; readonly value: ReactNode }[] {
  return [
    { label: 'Issuer', value: <span className="mono break-all">{provider.issuer}</span> },
    { label: 'Client', value: <span className="mono break-all">{provider.clientId}</span> },
    { label: 'Scopes', value: <span className="mono">{provider.scopes.join(' ')}</span> },
    {
      label: 'E-mail',
      value: provider.trustsEmail
        ? 'every address counts as verified (INGEST_OIDC_TRUST_EMAIL)'
        : 'links an account only when the provider has verified it',
    },
    { label: 'Roles', value: <RoleRules provider={provider} /> },
    {
      label: 'Without a role',
      value: provider.defaultRole ?? 'refused (INGEST_OIDC_DEFAULT_ROLE)',
    },
  ];
}

function RoleRules({ provider }: { readonly provider: NonNullable<SignInFacts['provider']> }) {
  if (!provider.decidesRoles) return 'set by administrators here, not by the provider';
  const { roleClaim, roleValues } = provider;
  return (
    <>
      at each sign-in, from the claim <span className="mono">{roleClaim}</span>:
      <ul className="flex flex-col">
        {[...roles].reverse().map((role) =>
          roleValues[role].length === 0 ? null : (
            <li key={role}>
              {role} <span className="text-ink-3">for</span>{' '}
              <span className="mono">{roleValues[role].join(', ')}</span>
            </li>
          ),
        )}
      </ul>
    </>
  );
}
