/** Opens the readable copy that the settings name. */
import type { Db } from '../engine.ts';
import type { DatabaseSettings } from '../settings/model.ts';
import { settingsOfReplica } from '../settings/replica-settings.ts';
import { openReads, type Reads } from './open-reads.ts';
import type { ReplicaState } from './replica-switch.ts';

/** Null when the settings name none. Connects at the first query. */
export async function openReplica(
  primary: Db,
  settings: DatabaseSettings,
  onChange: (state: ReplicaState) => void,
): Promise<Reads | null> {
  const own = settings.engine === 'sqlserver' ? settingsOfReplica(settings) : null;
  if (!own) return null;
  // Loaded when asked for: the embedded default does without the drivers of SQL Server.
  const { openSqlServer } = await import('../sqlserver/open.ts');
  return openReads({ primary, replica: openSqlServer(own), onChange });
}
