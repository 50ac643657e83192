/** The wiki's own log: what arrived, when, and from whom. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const entrySchema = z.strictObject({
  /** Milliseconds since the epoch by the server's clock, with fractions. */
  at: z.number(),
  pid: z.number(),
  method: z.string(),
  uri: z.string(),
  agent: z.string(),
});
export type AccessLogEntry = z.infer<typeof entrySchema>;

/** Requests to api.php in order of arrival. */
export function apiRequests(logFile: string): AccessLogEntry[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => entrySchema.parse(JSON.parse(line)))
    .filter((entry) => entry.uri.startsWith('/api.php'))
    .sort((a, b) => a.at - b.at);
}

/** Milliseconds between each request and the one before it. */
export function gaps(entries: readonly AccessLogEntry[]): number[] {
  return entries.slice(1).map((entry, index) => entry.at - (entries[index]?.at ?? entry.at));
}
