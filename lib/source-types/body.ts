/** Reading answers: text in its charset, JSON, and pages sent where JSON was due. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import type { JsonValue } from '#lib/json.ts';

/** `text/html; charset=utf-8` → `text/html`; lower case. */
export const mediaTypeOf = (response: Pick<HttpResponse, 'headers'>): string =>
  (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The body as text in the charset of its header, else UTF-8. */
export function textOf(response: Pick<HttpResponse, 'headers' | 'body'>): string {
  const label = /charset\s*=\s*"?([\w:.-]+)/i.exec(response.headers['content-type'] ?? '')?.[1];
  return decoderFor(label).decode(response.body);
}

function decoderFor(label: string | undefined): TextDecoder {
  try {
    return new TextDecoder(label ?? 'utf-8');
  } catch {
    // A charset nobody knows: UTF-8 keeps what can be kept.
    return new TextDecoder();
  }
}

/** Parsed JSON, or undefined when the text is none. */
export function jsonOf(text: string): JsonValue | undefined {
  try {
    // JSON.parse yields JSON values only.
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** True for a page meant for people, which an API sends when it blocks or is not there. */
export const looksLikeHtml = (text: string): boolean =>
  /^\s*<(!doctype html|html|head|body)\b/i.test(text);

/** How an unreadable answer begins, for a message: one line, at most 80 characters. */
export const beginningOf = (text: string): string => {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
