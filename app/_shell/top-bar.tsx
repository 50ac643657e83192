/** The top bar: database and health at the left, what a person steers at the right. */
import type { SignedInActor } from '#app/_server/actor.ts';
import type { Theme } from '#app/ui/theme.ts';
import { ThemeSwitch } from '#app/ui/theme-switch.tsx';
import { may } from '#lib/actor/model.ts';
import type { Stop } from '#lib/stops/read-stop.ts';
import { KeyboardShortcuts } from './keyboard.tsx';
import { HealthDot, LiveSwitch } from './live-switch.tsx';
import { Palette } from './palette.tsx';
import { RailDrawer } from './rail.tsx';
import { shortcutsFor } from './shortcuts.ts';
import { StopButton } from './stop/stop-everything.tsx';
import { UserMenu } from './user-menu.tsx';

export function TopBar({
  actor,
  theme,
  database,
  health,
  stop,
}: {
  readonly actor: SignedInActor;
  readonly theme: Theme;
  readonly database: string;
  readonly health: { readonly ok: boolean; readonly message: string | null };
  readonly stop: Stop | null;
}) {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-1.5 border-b bg-surface px-2 sm:px-4 print:hidden">
      <RailDrawer />
      <HealthDot database={database} initial={health} />
      <div className="ml-auto flex shrink-0 items-center gap-1">
        <Palette shortcuts={shortcutsFor(actor, stop !== null)} />
        {may(actor, 'everything:stop') ? <StopButton initial={stop} /> : null}
        <LiveSwitch />
        <KeyboardShortcuts />
        <ThemeSwitch initial={theme} />
        <UserMenu name={actor.name} email={actor.email} role={actor.role} />
      </div>
    </header>
  );
}
