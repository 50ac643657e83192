import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { settle } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { localClock } from '#app/_server/local-clock.ts';
import { closedPages } from '#app/_shell/closed-pages.ts';
import { Rail } from '#app/_shell/rail.tsx';
import { StopBanner } from '#app/_shell/stop/stop-everything.tsx';
import { TellTimeZone } from '#app/_shell/tell-time-zone.tsx';
import { TopBar } from '#app/_shell/top-bar.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { ClosedPages } from '#app/ui/link.tsx';
import { LiveProvider } from '#app/ui/live.tsx';
import { Mark } from '#app/ui/mark.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { parseTheme, themeCookie } from '#app/ui/theme.ts';
import { may, sightOf } from '#lib/actor/model.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { getRuntime } from '#lib/runtime.ts';
import { readStop } from '#lib/stops/read-stop.ts';

export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const session = await settle(requireActor);
  if (!session.ok) {
    // Without its database the console has nothing true to show: an error takes the place of the pages.
    return (
      <main className="mx-auto flex min-h-dvh max-w-2xl flex-col gap-5 px-4 pt-[14vh]">
        <span className="flex items-center gap-2.5 text-base font-semibold">
          <Mark className="size-7 text-accent" />
          Holocron Ingest
        </span>
        <ErrorState
          error={session.error}
          action={
            <LinkButton href="/" variant="primary">
              Try again
            </LinkButton>
          }
        />
      </main>
    );
  }
  const { db } = await getRuntime();
  const health = await checkHealth(db);
  const stop = health.ok ? await readStop(db) : null;
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <LiveProvider>
      <TellTimeZone known={(await localClock()).zone} />
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-2 focus:z-60 focus:rounded focus:bg-raised focus:px-3 focus:py-1.5"
      >
        Skip to the content
      </a>
      <ClosedPages pattern={sightOf(session.data) === null ? null : closedPages}>
        <div className="flex min-h-dvh">
          <Rail />
          <div className="flex min-w-0 flex-1 flex-col">
            <TopBar
              actor={session.data}
              theme={theme}
              database={health.database}
              health={{ ok: health.ok, message: health.error?.message ?? null }}
              stop={stop}
            />
            <StopBanner initial={stop} mayChange={may(session.data, 'everything:stop')} />
            <main
              id="content"
              tabIndex={-1}
              className="flex w-full max-w-[2200px] flex-1 flex-col gap-4 p-3 outline-none sm:p-5"
            >
              {children}
            </main>
          </div>
        </div>
      </ClosedPages>
    </LiveProvider>
  );
}
