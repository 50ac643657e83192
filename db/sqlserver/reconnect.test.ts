import { expect, it } from 'vitest';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import { Reconnect } from './reconnect.ts';

/** A server that fails with the code while one is set, and a clock that is moved by hand. */
function setUp(to: 'database' | 'copy' = 'database') {
  const state = { now: 0, tries: 0, failsWith: null as DatabaseErrorCode | null };
  const told: (DatabaseErrorCode | 'back')[] = [];
  const reconnect = new Reconnect({
    to,
    now: () => state.now,
    random: () => 0,
    onAway: (reason) => told.push(reason?.code ?? 'back'),
  });
  const connect = async () => {
    state.tries += 1;
    if (state.failsWith) throw new DatabaseError(state.failsWith, 'no', { remedy: 'wait' });
    return 'connected';
  };
  const attempt = () => reconnect.attempt(connect).catch((error: unknown) => error);
  return { state, told, attempt };
}

it('a refused sign-in is tried six times a minute by a process, however many ask', async () => {
  const tries = { database: 0, copy: 0 };
  for (const to of ['database', 'copy'] as const) {
    const { state, attempt } = setUp(to);
    state.failsWith = 'db_login_failed';
    for (; state.now < 60_000; state.now += 100) {
      await Promise.all(Array.from({ length: 20 }, attempt));
    }
    tries[to] = state.tries;
  }
  expect(tries).toEqual({ database: 5, copy: 1 });
});

it('whoever is not let through hears the reason, and when it is tried again', async () => {
  const { state, attempt } = setUp();
  state.failsWith = 'db_login_failed';
  await attempt();
  state.now = 4_000;
  expect(await attempt()).toMatchObject({ code: 'db_login_failed', retryInMs: 8_000 });
});

it('a server that is away is tried again sooner, at most every five seconds', async () => {
  const { state, attempt } = setUp();
  state.failsWith = 'db_connection_refused';
  const at: number[] = [];
  for (; state.now <= 10_000; state.now += 100) {
    const before = state.tries;
    await attempt();
    if (state.tries > before) at.push(state.now);
  }
  expect(at).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_600, 8_100]);
});

it('is told once for each reason, and once more when it ends', async () => {
  const { state, told, attempt } = setUp();
  const pass = async (failsWith: DatabaseErrorCode | null) => {
    state.failsWith = failsWith;
    for (let round = 0; round < 3; round += 1) {
      state.now += 20_000;
      await attempt();
    }
  };
  await pass('db_connection_refused');
  await pass('db_login_failed');
  await pass('db_connection_refused');
  expect(await attempt()).toBeInstanceOf(DatabaseError);
  await pass(null);
  expect(await attempt()).toBe('connected');
  expect(told).toEqual(['db_connection_refused', 'db_login_failed', 'back']);
});

it('faults of the program close nothing', async () => {
  const reconnect = new Reconnect();
  await expect(
    reconnect.attempt(() => Promise.reject(new TypeError('a fault of ours'))),
  ).rejects.toThrow('a fault of ours');
  expect(await reconnect.attempt(async () => 'connected')).toBe('connected');
});
