import { AppError } from '#lib/errors/app-error.ts';
import type { Source } from './model.ts';
import type { CheckedInput } from './source-input.ts';

/**
 * A stored secret goes only where it was stored for. Without this, whoever may change a source, or
 * only test it, could read its secrets by pointing it at a server of their own. Throws
 * `input_invalid` naming the secrets to enter again.
 */
export function refuseMovedSecrets(
  before: Pick<Source, 'type' | 'settings' | 'secretNames'>,
  checked: CheckedInput,
): void {
  const kept = before.secretNames.filter((name) => checked.secrets[name] === undefined);
  if (kept.length === 0) return;
  const { type } = checked;
  const old = type.id === before.type ? type.settingsSchema.safeParse(before.settings) : null;
  const known = old?.success ? type.secretOrigins(old.data) : [];
  const asked = type.secretOrigins(checked.settings);
  if (asked.every((origin) => known.includes(origin))) return;
  const fields = Object.fromEntries(
    kept.map((name) => [`secrets.${name}`, 'enter it again: it was stored for another address']),
  );
  throw new AppError(
    'input_invalid',
    'The address changed, and stored secrets are not sent to another server.',
    { remedy: 'Enter the secrets again, or remove them.', fields },
  );
}
