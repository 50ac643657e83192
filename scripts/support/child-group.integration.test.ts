import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#test/worker/processes.ts';
import { inRoot } from './root.ts';

let directory = '';
let parent: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'group-'));
});
afterEach(async () => {
  parent?.kill('SIGKILL');
  for (const pid of await pids()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

const notes = () => path.join(directory, 'pids');
const pids = async () =>
  (await readFile(notes(), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A program that notes its process id and stays. */
async function child(onSignal: string): Promise<string> {
  const file = path.join(directory, 'child.mjs');
  await writeFile(
    file,
    `import { appendFileSync } from 'node:fs';
     ${onSignal}
     appendFileSync(${JSON.stringify(notes())}, process.pid + '\\n');
     setInterval(() => {}, 1000);`,
  );
  return file;
}

/** Starts a program with these lines, which may use the modules of this folder. */
async function start(program: string): Promise<ChildProcess> {
  const file = path.join(directory, 'parent.mjs');
  const from = (name: string) =>
    JSON.stringify(pathToFileURL(inRoot('scripts/support', name)).href);
  await writeFile(
    file,
    `import { shell } from ${from('stages.ts')};
     import { createSupervisor, stopSupervisorOnSignals } from ${from('supervisor.ts')};
     ${program}`,
  );
  parent = spawn(process.execPath, [file], { stdio: 'ignore' });
  await until('two children are up', async () => (await pids()).length === 2);
  expect((await pids()).every(isAlive)).toBe(true);
  return parent;
}

/** Its exit code after a SIGTERM to it alone. */
async function terminated(running: ChildProcess): Promise<unknown> {
  const ended = once(running, 'exit');
  running.kill('SIGTERM');
  const [code] = await ended;
  return code;
}

const noneLeft = async () => !(await pids()).some(isAlive);

describe('a command that is ended alone, by SIGTERM', () => {
  it('takes along what runs in its stages, and what that started', async () => {
    const file = await child('');
    const line = `"${process.execPath}" "${file}" & "${process.execPath}" "${file}" & wait`;
    const running = await start(`await shell(${JSON.stringify(line)});`);
    expect(await terminated(running)).toBe(143);
    await until('its children are gone', noneLeft, 10_000);
  });

  it('kills those of its stages that do not listen', async () => {
    const file = await child(`process.on('SIGTERM', () => {});`);
    const line = `"${process.execPath}" "${file}" & exec "${process.execPath}" "${file}"`;
    const running = await start(`await shell(${JSON.stringify(line)});`);
    expect(await terminated(running)).toBe(143);
    await until('its children are gone', noneLeft, 10_000);
  });

  it('stops console and worker in order', async () => {
    const file = await child(`process.on('SIGTERM', () => process.exit(0));`);
    const plan = (name: string) =>
      JSON.stringify({ name, args: [file], env: process.env, restart: false });
    const running = await start(
      `const supervisor = createSupervisor(() => {});
       stopSupervisorOnSignals(supervisor, () => {});
       supervisor.start(${plan('console')});
       supervisor.start(${plan('worker')});
       process.exit(await supervisor.ended);`,
    );
    expect(await terminated(running)).toBe(0);
    expect(await noneLeft()).toBe(true);
  });
});
