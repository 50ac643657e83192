/** Secrets of a source: written by people, read by workers, shown to nobody. */
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Source } from './model.ts';
import type { SecretBox } from './secret-box.ts';

const contextOf = (sourceId: string, name: string) => `source:${sourceId}:${name}`;

/** Decrypted, by name. Throws `secret_unreadable` when one was stored under another key. */
export async function readSecrets(
  s: Session,
  sourceId: string,
  box: SecretBox,
): Promise<Record<string, string>> {
  const rows = await s.q
    .selectFrom('source_secrets')
    .select(['secret_name', 'ciphertext'])
    .where('source_id', '=', sourceId)
    .execute();
  return Object.fromEntries(
    rows.map(({ secret_name: name, ciphertext }) => [
      name,
      box.open(ciphertext, contextOf(sourceId, name)),
    ]),
  );
}

/** The given secrets that differ from the stored ones; what cannot be read counts as different. */
export async function changedSecrets(
  s: Session,
  source: Pick<Source, 'sourceId' | 'secretNames'>,
  given: Readonly<Record<string, string>>,
  box: SecretBox | null,
): Promise<Record<string, string>> {
  if (Object.keys(given).length === 0) return {};
  let stored: Record<string, string> = {};
  try {
    stored = await readSecrets(s, source.sourceId, required(box));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  const differs = ([name, value]: [string, string]) =>
    source.secretNames.includes(name) ? stored[name] !== value : value !== '';
  return Object.fromEntries(Object.entries(given).filter(differs));
}

/** Replaces the given secrets; an empty string removes one, an absent one stays. */
export async function writeSecrets(
  tx: Session,
  sourceId: string,
  secrets: Readonly<Record<string, string>>,
  box: SecretBox | null,
): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    await tx.q
      .deleteFrom('source_secrets')
      .where('source_id', '=', sourceId)
      .where('secret_name', '=', name)
      .execute();
    if (value === '') continue;
    await tx.q
      .insertInto('source_secrets')
      .values({
        source_id: sourceId,
        secret_name: name,
        ciphertext: required(box).seal(value, contextOf(sourceId, name)),
        updated_at: tx.engine.now(),
      })
      .execute();
  }
}

function required(box: SecretBox | null): SecretBox {
  if (!box) throw new TypeError('secrets were given without the box that encrypts them');
  return box;
}
