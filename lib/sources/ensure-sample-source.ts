import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { putAppSetting, readAppSetting } from '#lib/app-settings.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import { upsertSource } from './save-source.ts';

const flag = 'sample_source_created';

/**
 * Creates the source "Sample" once in the life of a database, so that a first run needs nothing; one
 * that was deleted does not come back. True when it was created now.
 */
export async function ensureSampleSource(db: Db): Promise<boolean> {
  if ((await readAppSetting(db, flag)) !== null) return false;
  const type = getSourceType('test');
  const [template] = type.templates;
  if (!template) return false;
  const { name, settings, seeds } = template;
  const { change } = await upsertSource(
    db,
    systemActor('start'),
    { name, type: type.id, enabled: true, settings, seeds },
    { secretBox: null, note: 'The source every deployment starts with' },
  );
  // After the source: a crash in between makes the next start repeat an upsert that changes nothing.
  await db.transaction((tx) => putAppSetting(tx, flag, true));
  return change === 'created';
}
