/** Encrypts what a source must keep secret: AES-256-GCM, with the place it belongs to bound in. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '#lib/errors/app-error.ts';

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
