/** The image and the compose file launch the processes as `pnpm start` does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allocatorSettings, consoleFlags, workerFlags } from './launch-settings.ts';
import { inRoot } from './root.ts';

const dockerfile = readFileSync(inRoot('Dockerfile'), 'utf8');
const compose = z
  .object({ services: z.object({ worker: z.object({ command: z.array(z.string()) }) }) })
  .parse(parse(readFileSync(inRoot('docker-compose.yml'), 'utf8'), { merge: true }));

describe('the image', () => {
  it('starts the console with the flags of the list', () => {
    const command = /^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '';
    expect(JSON.parse(command)).toEqual(['node', ...consoleFlags, 'server.js']);
  });

  it('sets the allocator as the list does', () => {
    const set = [...dockerfile.matchAll(/\b(MALLOC_\w+)=(\S+)/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    expect(Object.fromEntries(set)).toEqual(allocatorSettings);
  });

  it('is used by compose to start workers with the flags of the list', () => {
    expect(compose.services.worker.command).toEqual([
      'node',
      ...workerFlags,
      'dist/bin/worker.mjs',
    ]);
  });
});
