import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#test/worker/processes.ts';
import { type ChildPlan, createSupervisor, type Supervisor } from './supervisor.ts';

let directory = '';
let said: string[] = [];
let supervisor: Supervisor;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'supervisor-'));
  said = [];
  supervisor = createSupervisor((line) => said.push(line));
});
afterEach(async () => {
  supervisor.stop(0, true);
  await supervisor.ended;
  await rm(directory, { recursive: true, force: true });
});

/** A child that runs the given program, which may `note(text)`. */
async function plan(name: string, mayLeave: boolean, program: string): Promise<ChildPlan> {
  const file = path.join(directory, `${name}.mjs`);
  const notes = path.join(directory, name);
  await writeFile(
    file,
    `import { appendFileSync } from 'node:fs';
     const note = (text) => appendFileSync(${JSON.stringify(notes)}, text + '\\n');
     ${program}`,
  );
  return { name, mayLeave, args: [file], env: process.env };
}

const notes = async (name: string) =>
  (await readFile(path.join(directory, name), 'utf8').catch(() => '')).split('\n').filter(Boolean);

// Each says that it is up when it listens: a signal before that would end it unheard.
const obedient = `process.on('SIGTERM', () => { note('stopped'); process.exit(0); }); note('up'); setInterval(() => {}, 1000);`;
const stubborn = `process.on('SIGTERM', () => note('ignored')); note('up'); setInterval(() => {}, 1000);`;

describe('processes under one supervisor', () => {
  it('are asked to stop together, and it ends when the last has ended', async () => {
    supervisor.start(await plan('console', false, obedient));
    supervisor.start(await plan('worker', true, obedient));
    await until(
      'both are up',
      async () => (await notes('console')).length + (await notes('worker')).length === 2,
    );
    supervisor.stop(0);
    expect(await supervisor.ended).toBe(0);
    expect(await notes('console')).toEqual(['up', 'stopped']);
    expect(await notes('worker')).toEqual(['up', 'stopped']);
  });

  it('are ended at once when asked so, even when they do not listen', async () => {
    supervisor.start(await plan('worker', true, stubborn));
    await until('it is up', async () => (await notes('worker')).length === 1);
    supervisor.stop(0);
    await until('it was asked', async () => (await notes('worker')).includes('ignored'));
    supervisor.stop(130, true);
    expect(await supervisor.ended).toBe(130);
  });

  it('are started again when they end and are not to, however they end', async () => {
    supervisor.start(await plan('worker', true, obedient));
    supervisor.start(await plan('console', false, `note('up'); process.exit(0);`));
    await until('it came up twice', async () => (await notes('console')).length >= 2);
    expect(said[0]).toMatch(/console ended with exit code 0; it is started again in 1 s/);
    await until('the worker is up', async () => (await notes('worker')).length > 0);
    expect(await notes('worker')).toEqual(['up']);
  });

  it('are started again when they die, and said to be', async () => {
    supervisor.start(
      await plan('worker', true, `note('up'); process.kill(process.pid, 'SIGKILL');`),
    );
    await until('it came up twice', async () => (await notes('worker')).length >= 2);
    expect(said[0]).toMatch(/worker was ended by SIGKILL; it is started again in 1 s/);
  });

  it('are not started again when they left as they were asked to', async () => {
    supervisor.start(await plan('worker', true, `note('up');`));
    await until('it was said', () => said.length > 0);
    expect(said).toEqual(['The worker has finished and left, as it was asked to.']);
    expect(await notes('worker')).toEqual(['up']);
  });
});
