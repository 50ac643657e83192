/** Secrets of a source: written by people, stored encrypted, read by workers, never shown. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Source } from './read-sources.ts';
import { isReference, type ReadReference, referenceReader } from './secret-references.ts';
import type { CheckedInput } from './source-input.ts';

export interface SecretBox {
  /** Under the current key. `context` names where the secret belongs; the text opens nowhere else. */
  seal(plain: string, context: string): string;
  /** Under whichever key of the ring. Throws `secret_unreadable` when key, context or text do not fit. */
  open(sealed: string, context: string): string;
  /** The same sealed under the current key; null when it is. Throws as `open` does. */
  reseal(sealed: string, context: string): string | null;
  /** What a reference stands for (`env:…`, `file:…`). Throws `secret_unreadable`. */
  dereference: ReadReference;
}

const version = 'v1';
const ivBytes = 12;

/** `keys` are the deployment's 32-byte master keys, the current one first; the box's own are derived from them. */
export function createSecretBox(
  keys: readonly [Uint8Array, ...Uint8Array[]],
  dereference: ReadReference = referenceReader({}, ''),
): SecretBox {
  const [current, ...older] = keys.map(boxKeyOf);
  if (!current) throw new RangeError('there is no key');
  const seal = (plain: string, context: string) => sealWith(current, plain, context);
  const openWithAny = (ring: readonly Buffer[], sealed: string, context: string): string => {
    const plain = ring.map((key) => openWith(key, sealed, context)).find((text) => text !== null);
    if (plain !== undefined && plain !== null) return plain;
    throw new AppError(
      'secret_unreadable',
      "A stored secret cannot be read with this deployment's keys.",
    );
  };
  return {
    seal,
    open: (sealed, context) => openWithAny([current, ...older], sealed, context),
    reseal: (sealed, context) =>
      openWith(current, sealed, context) === null
        ? seal(openWithAny(older, sealed, context), context)
        : null,
    dereference,
  };
}

function boxKeyOf(master: Uint8Array): Buffer {
  if (master.byteLength !== 32) throw new RangeError('the master key must have 32 bytes');
  return Buffer.from(hkdfSync('sha256', master, '', 'holocron-ingest/source-secrets/v1', 32));
}

function sealWith(key: Buffer, plain: string, context: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8'));
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return [version, ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64'))].join(
    '.',
  );
}

/** Null when key, context or text do not fit. */
function openWith(key: Buffer, sealed: string, context: string): string | null {
  const [found, iv, tag, data] = sealed.split('.');
  if (found !== version || iv === undefined || tag === undefined || data === undefined) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), {
      authTagLength: 16,
    })
      .setAAD(Buffer.from(context, 'utf8'))
      .setAuthTag(Buffer.from(tag, 'base64'));
    const plain = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
    return plain.toString('utf8');
  } catch {
    return null;
  }
}

/** Of what is sealed of a channel for notices. */
export const channelContext = (channelId: string) => `channel:${channelId}`;

export const contextOf = (sourceId: string, name: string) => `source:${sourceId}:${name}`;

/**
 * By name, decrypted or read where they are. Throws `secret_unreadable` when one was stored under a key that is not in
 * the ring, or is not where it is said to be.
 */
export async function readSecrets(
  s: Session,
  sourceId: string,
  box: SecretBox,
): Promise<Record<string, string>> {
  return dereferenced(await storedTexts(s, sourceId, box), box);
}

/** Given or stored secrets with what their references stand for. Throws `secret_unreadable`. */
export const dereferenced = (
  secrets: Readonly<Record<string, string>>,
  box: SecretBox,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(secrets).map(([name, text]) => [
      name,
      isReference(text) ? box.dereference(text) : text,
    ]),
  );

/** References as they are, the others decrypted. */
async function storedTexts(
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
      isReference(ciphertext) ? ciphertext : box.open(ciphertext, contextOf(sourceId, name)),
    ]),
  );
}

/** The given secrets that differ from the stored ones; what cannot be read counts as different. */
export async function changedSecrets(
  s: Session,
  source: Pick<Source, 'sourceId' | 'storedSecrets'>,
  given: Readonly<Record<string, string>>,
  box: SecretBox | null,
): Promise<Record<string, string>> {
  if (Object.keys(given).length === 0) return {};
  let stored: Record<string, string> = {};
  try {
    stored = await storedTexts(s, source.sourceId, required(box));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  const differs = ([name, value]: [string, string]) =>
    source.storedSecrets.some((one) => one.name === name) ? stored[name] !== value : value !== '';
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
        // Where a secret stands is none.
        ciphertext: isReference(value)
          ? value
          : required(box).seal(value, contextOf(sourceId, name)),
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
  before: Pick<Source, 'type' | 'settings' | 'storedSecrets'>,
  checked: CheckedInput,
): void {
  const kept = before.storedSecrets
    .map(({ name }) => name)
    .filter((name) => checked.secrets[name] === undefined);
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
