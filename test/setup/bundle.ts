/** Once per run of vitest: the commands as one bundle, as the image runs them. They start in half the time of sources. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundledWorker } from '../../scripts/support/build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly bundle: {
      /** The folder of the bundled programs. */
      readonly bin: string;
      /** Where Node keeps compiled code between two starts. */
      readonly compiled: string;
    };
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const compiled = await mkdtemp(path.join(tmpdir(), 'compiled-'));
  const make = async () => {
    const bin = path.dirname(await bundledWorker((line) => console.log(line)));
    project.provide('bundle', { bin, compiled });
  };
  await make();
  // In watch mode: the sources are what has changed.
  project.onTestsRerun(make);
  return () => rm(compiled, { recursive: true, force: true });
}
