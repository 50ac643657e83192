import { defineRule, inNumbers, inWords, minutes } from './rule.ts';

const minuteMs = 60_000;

/** No worker is alive, while there is something to do. */
export const noWorker = defineRule({
  rule: 'no_worker',
  severity: 'critical',
  label: 'No worker',
  help: 'Items wait, and no worker has been alive for a while.',
  thresholds: { silence: minutes('Without a worker for', 5) },
  judge({ workers, waiting }, { silence }) {
    const silentMs = Math.min(
      ...workers.map(({ state, silentMs }) =>
        state === 'running' || state === 'draining' ? 0 : silentMs,
      ),
    );
    if (waiting === 0 || silentMs < silence * minuteMs) return [];
    const since = Number.isFinite(silentMs) ? `for ${inWords(silentMs)}` : 'yet';
    return [
      {
        subject: 'workers',
        sourceName: null,
        title: 'No worker is alive',
        detail: `No worker has been alive ${since}: ${inNumbers(waiting)} items wait until one is started (pnpm worker).`,
        evidence: {
          'Items waiting': waiting,
          ...(Number.isFinite(silentMs) ? { 'Last heartbeat': `${inWords(silentMs)} ago` } : {}),
        },
        href: '/workers',
      },
    ];
  },
});
