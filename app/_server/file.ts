/** Files that are saved, never shown inline. */
import type { ReceivedBody } from '#lib/records/body.ts';
import { attachmentNamed } from './attachment.ts';

/** Nothing in a stranger's file runs in this console's origin, whoever shows it and however. */
export const fileSecurityPolicy = "sandbox; default-src 'none'";

/** The headers of a file that is saved, never shown inline. */
export const downloadHeaders = (name: string, contentType: string) => ({
  'content-type': contentType,
  'content-disposition': attachmentNamed(name),
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

/** Endings by media type; of what is not here the bytes alone are told. */
const endings: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'xhtml',
  'text/plain': 'txt',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'image/svg+xml': 'svg',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/epub+zip': 'epub',
};

function endingOf(contentType: string | null): string {
  const type = contentType?.split(';', 1)[0]?.trim() ?? '';
  const known = Object.hasOwn(endings, type) ? endings[type] : undefined;
  const [, form] = /^[\w.-]+\/(?:[\w.-]+\+)?(json|xml)$/.exec(type) ?? [];
  return known ?? form ?? 'bin';
}

/** A body as it was received: saved under `name` with the ending of its type, and called what no browser runs. */
export const receivedFile = ({
  name,
  body,
  sha256,
  contentType,
}: ReceivedBody & { readonly name: string }): Response =>
  new Response(new Uint8Array(body), {
    headers: {
      ...downloadHeaders(`${name}.${endingOf(contentType)}`, 'application/octet-stream'),
      'content-length': String(body.byteLength),
      'content-security-policy': fileSecurityPolicy,
      'cross-origin-resource-policy': 'same-origin',
      // RFC 9530
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    },
  });
