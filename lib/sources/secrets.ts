/** Secrets of a source: written by people, stored encrypted, read by workers, never shown. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Source } from './read-sources.ts';
import type { CheckedInput } from './source-input.ts';

export interface SecretBox {
  /** `context` names where the secret belongs; the text opens nowhere else. */
  seal(plain: string, context: string): string;
  /** Throws `secret_unreadable` when key, context or text do not fit. */
  open(sealed: string, context: string): string;
}

const version = 'v1';
const ivBytes = 12;

/** `key` is the deployment's 32-byte master key; the box's own key is derived from it. */
export function createSecretBox(key: Uint8Array): SecretBox {
  if (key.byteLength !== 32) throw new RangeError('the master key must have 32 bytes');
  const boxKey = Buffer.from(hkdfSync('sha256', key, '', 'holocron-ingest/source-secrets/v1', 32));
  return {
    seal(plain, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', boxKey, iv).setAAD(Buffer.from(context, 'utf8'));
      const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        version,
        ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64')),
      ].join('.');
    },
    open(sealed, context) {
      const [found, iv, tag, data] = sealed.split('.');
      try {
        if (found !== version || iv === undefined || tag === undefined || data === undefined) {
          throw new Error('not a sealed secret');
        }
        const decipher = createDecipheriv('aes-256-gcm', boxKey, Buffer.from(iv, 'base64'), {
          authTagLength: 16,
        })
          .setAAD(Buffer.from(context, 'utf8'))
          .setAuthTag(Buffer.from(tag, 'base64'));
        return Buffer.concat([
          decipher.update(Buffer.from(data, 'base64')),
          decipher.final(),
        ]).toString('utf8');
      } catch (cause) {
        throw new AppError(
          'secret_unreadable',
          "A stored secret cannot be read with this deployment's key.",
          {
            cause,
          },
        );
      }
    },
  };
}

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
