/** What Next runs once before it serves. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { openFrontDoor } = await import('#app/_server/front-door.ts');
  openFrontDoor();
  const { startAlertClock } = await import('#app/_server/alert-clock.ts');
  startAlertClock();
  const { startMetricsPush } = await import('#app/_server/monitoring.ts');
  // A database that is away is for the probes to tell.
  startMetricsPush().catch(() => undefined);
}
