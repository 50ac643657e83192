/** What the newest records of a run look like. Pure. */
import { median } from './baseline.ts';
import type { ContentMeasure } from './model.ts';

export interface SampledRecord {
  readonly resourceId: string;
  /** Of what was received; null = not known. */
  readonly bytes: number | null;
  readonly hash: string | null;
  /** The first characters. */
  readonly head: string;
}

/** Fewer records say nothing of a run. */
const fewestSampled = 5;

export function measureContent(records: readonly SampledRecord[]): ContentMeasure | null {
  const sampled = records.length;
  if (sampled < fewestSampled) return null;
  const sizes = records.map(({ bytes, head }) => bytes ?? head.length);
  const share = (isSo: (record: SampledRecord) => boolean) => records.filter(isSo).length / sampled;
  const resources = new Map(
    records.map((record) => [record.resourceId, record.hash ?? record.head]),
  );
  const byContent = Map.groupBy(resources.values(), (content) => content);
  const most = Math.max(...[...byContent.values()].map(({ length }) => length));
  return {
    sampled,
    medianBytes: Math.round(median(sizes)),
    emptyShare: share(isEmpty),
    blockedShare: share(looksBlocked),
    sameShare: resources.size < fewestSampled ? 0 : most / resources.size,
  };
}

/** A longer page is about something, whatever words are in it. */
const longestBlockPage = 30_000;
const blockWords =
  /captcha|are you (?:a )?(?:human|robot)|verify(?:ing)? (?:that )?you are (?:a )?human|access(?: is| was)? denied|enable javascript and cookies|unusual traffic|request (?:was |has been )?blocked|(?:sign|log) ?in to continue|(?:please|you must) (?:sign|log) ?in|403 forbidden|just a moment\.\.\.|attention required/i;
const passwordField = /<input[^>]{0,200}type\s*=\s*["']?password/i;
const titleOf = (head: string) => /<title[^>]{0,200}>([^<]{0,300})/i.exec(head)?.[1] ?? '';
const loginTitle = /^\s*(?:sign|log) ?[io]n\b|^\s*login\b/i;

function looksBlocked({ head, bytes }: SampledRecord): boolean {
  const title = titleOf(head);
  if (blockWords.test(title) || loginTitle.test(title)) return true;
  if ((bytes ?? head.length) > longestBlockPage) return false;
  return blockWords.test(head) || passwordField.test(head);
}

const nothing: ReadonlySet<string> = new Set(['', '{}', '[]', 'null', '""']);

function isEmpty({ head, bytes }: SampledRecord): boolean {
  if (nothing.has(head.trim())) return (bytes ?? 0) < 1_000;
  // A page whose markup holds no word.
  if (!/^\s*<(?:!doctype|html|body|\?xml)/i.test(head) || (bytes ?? head.length) > 2_000)
    return false;
  return !/>[^<>]*[^<>\s][^<>]*</.test(
    head.replace(/<(script|style)\b[\s\S]{0,2000}?<\/\1>/gi, ''),
  );
}
