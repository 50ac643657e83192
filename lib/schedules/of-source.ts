/** The schedules that launch runs of a source. */
import type { Session } from '#db/engine.ts';
import type { Sight } from '#lib/actor/model.ts';
import type { Schedule } from './model.ts';
import { listSchedules } from './schedules.ts';

/** Enabled first, by their next time. A schedule that names no source launches all of them. */
export async function schedulesOfSource(
  session: Session,
  name: string,
  sight: Sight = null,
): Promise<Schedule[]> {
  const all = await listSchedules(session, sight);
  return all
    .filter(
      ({ request }) => request && (request.sources.length === 0 || request.sources.includes(name)),
    )
    .toSorted((a, b) => (a.nextAt ?? '~').localeCompare(b.nextAt ?? '~'));
}
