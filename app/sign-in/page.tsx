import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { settle } from '#app/_server/action.ts';
import { currentActor } from '#app/_server/actor.ts';
import { localPath, pathOfAddress } from '#app/_server/local-path.ts';
import { Door } from '#app/_shared/door.tsx';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { providerId } from '#lib/config/sign-in-settings.ts';
import { getRuntime } from '#lib/runtime.ts';
import { failureOfAddress } from './address.ts';
import { ProviderButton, SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { next, reason, error, callbackUrl } = await searchParams;
  const target = localPath(next ?? pathOfAddress(callbackUrl));
  const actor = await settle(currentActor);
  if (actor.ok && actor.data) redirect(target);
  const ways = await settle(async () => (await getRuntime()).config.signIn);
  const provider = ways.ok ? ways.data.provider : null;
  const hasPasswords = !ways.ok || ways.data.passwords;
  const failure = failureOfAddress(error);
  return (
    <Door title="Holocron Ingest" subtitle="Sign in to the console">
      {actor.ok ? null : <ErrorBanner error={actor.error} isLive={false} />}
      <ErrorBanner error={failure} isLive={false} />
      {reason === 'ended' ? (
        <Banner title="Your session has ended">Sign in again to continue where you were.</Banner>
      ) : null}
      {reason === 'password' ? (
        <Banner kind="done" title="Your password was changed">
          Sign in with the new one.
        </Banner>
      ) : null}
      {provider ? <ProviderButton id={providerId} name={provider.name} target={target} /> : null}
      {provider && hasPasswords ? (
        <div className="flex items-center gap-3 text-xs text-ink-3">
          <span aria-hidden className="h-px flex-1 bg-line" />
          or
          <span aria-hidden className="h-px flex-1 bg-line" />
        </div>
      ) : null}
      {hasPasswords ? (
        <>
          <SignInForm target={target} isOnlyWay={provider === null} />
          <p className="text-xs text-ink-3">
            The first administrator&rsquo;s address and password are printed where the console was
            started.
          </p>
        </>
      ) : null}
    </Door>
  );
}
