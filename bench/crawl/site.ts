/** Starts the site to be crawled and asks it what it has seen. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const listening = z.object({ port: z.number() });
const siteReport = z.object({
  requests: z.number(),
  /** Different pages that were asked for. */
  pages: z.number(),
  /** Milliseconds since the epoch; null before the first request. */
  firstAt: z.number().nullable(),
});
export type SiteReport = z.infer<typeof siteReport>;

export interface Site {
  /** Address of the page everything is found from. */
  readonly seedUrl: string;
  readonly origin: string;
  /** Forgets what it has counted. */
  reset(): Promise<void>;
  report(): Promise<SiteReport>;
  stop(): Promise<void>;
}

/** A process of its own, so that it takes no turn of the crawler's. */
export async function startSite(pages: number): Promise<Site> {
  const child = fork(fileURLToPath(import.meta.resolve('./server.ts')), [String(pages)]);
  const answer = async (): Promise<unknown> => (await once(child, 'message'))[0];
  const { port } = listening.parse(await answer());
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    seedUrl: `${origin}/page/0`,
    async reset() {
      const done = answer();
      child.send('reset');
      await done;
    },
    async report() {
      const report = answer();
      child.send('report');
      return siteReport.parse(await report);
    },
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
