import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { inWords } from './attempts.ts';
import { signIn } from './sign-in.ts';
import { changeOwnPassword, createUser } from './users.ts';

const password = 'correct horse battery';
const guess = 'not the password';

it('a wait in words is never shorter than the wait', () => {
  expect([1, 1_000, 29_001, 60_000, 60_001, 900_000].map(inWords)).toEqual([
    '1 second',
    '1 second',
    '30 seconds',
    '60 seconds',
    '2 minutes',
    '15 minutes',
  ]);
});

describe.each(contractEngines())('guessing passwords on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
  });
  afterAll(() => database.dispose());

  const account = (name: string) =>
    createUser(db, systemActor('test'), { email: emailOf(name), name, role: 'viewer', password });
  const emailOf = (name: string) => `${name}@example.org`;
  /** The code with which it was refused, or `entered`. */
  const attempt = (name: string, address: string, given: string, heldToken: string | null = null) =>
    signIn(db, {
      email: emailOf(name),
      password: given,
      origin: { address, userAgent: null },
      heldToken,
    }).then(
      () => 'entered',
      (error: { code: string }) => error.code,
    );
  const times = async (count: number, act: (time: number) => Promise<string>) => {
    const codes: string[] = [];
    for (let time = 0; time < count; time += 1) codes.push(await act(time));
    return codes;
  };
  /** As if everybody had waited long enough. */
  const waitOut = () =>
    db.q
      .updateTable('sign_in_attempts')
      .set({ retry_at: db.engine.nowPlus(-1_000) })
      .execute();

  it('ends after five, whether there is such an account or not, and a right one waits too', async () => {
    await account('ada');
    for (const name of ['ada', 'nobody']) {
      const codes = await times(6, () => attempt(name, '198.51.100.1', guess));
      expect(codes).toEqual([...Array<string>(5).fill('sign_in_failed'), 'too_many_attempts']);
    }
    expect(await attempt('ada', '198.51.100.1', password)).toBe('too_many_attempts');
    expect(await attempt('ada', '198.51.100.2', password)).toBe('entered');
  });

  it('makes each further one wait longer', async () => {
    await account('bob');
    await times(5, () => attempt('bob', '198.51.100.3', guess));
    const waits: unknown[] = [];
    for (let more = 0; more < 3; more += 1) {
      const refused = signIn(db, {
        email: emailOf('bob'),
        password: guess,
        origin: { address: '198.51.100.3', userAgent: null },
      });
      waits.push(await refused.catch((error: { remedy: string }) => error.remedy));
      await waitOut();
      expect(await attempt('bob', '198.51.100.3', guess)).toBe('sign_in_failed');
    }
    expect(waits).toEqual([
      expect.stringMatching(/in (30|29) seconds/),
      expect.stringMatching(/in (60|59) seconds/),
      expect.stringMatching(/in 2 minutes/),
    ]);
    await waitOut();
    expect(await attempt('bob', '198.51.100.3', password)).toBe('entered');
    expect(await times(2, () => attempt('bob', '198.51.100.3', guess))).toEqual([
      'sign_in_failed',
      'sign_in_failed',
    ]);
  });

  it('looks at no more of twenty that come at once', async () => {
    await account('tam');
    const all = Array.from({ length: 20 }, () => attempt('tam', '198.51.100.4', guess));
    const codes = await Promise.all(all);
    expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(5);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(15);
  });

  it('ends for a network that tries one password on many accounts, and for no other', async () => {
    const codes = await times(21, (time) => attempt(`spray${time}`, '2001:db8::1', guess));
    expect(codes.indexOf('too_many_attempts')).toBe(20);
    expect(await attempt('spray99', '2001:db8::2', guess)).toBe('too_many_attempts');
    expect(await attempt('spray99', '2001:db8:0:1::2', guess)).toBe('sign_in_failed');
  });

  it('from many addresses keeps the owner out of no place where they have been', async () => {
    await account('eve');
    const home = {
      email: emailOf('eve'),
      password,
      origin: { address: '203.0.113.1', userAgent: null },
    };
    const { token } = await signIn(db, home);
    const codes = await times(11, (time) => attempt('eve', `198.51.100.${100 + time}`, guess));
    expect(codes.at(-1)).toBe('too_many_attempts');
    expect(await attempt('eve', '203.0.113.99', password)).toBe('too_many_attempts');
    expect(await attempt('eve', '203.0.113.1', password)).toBe('entered');
    await times(11, (time) => attempt('eve', `198.51.100.${100 + time}`, guess));
    expect(await attempt('eve', '203.0.113.99', password, token)).toBe('entered');
    expect(await attempt('eve', '203.0.113.98', password, `${token}x`)).toBe('too_many_attempts');
  });

  it('goes on nowhere else: whoever is signed in has five guesses at the present password', async () => {
    const userId = await account('kim');
    const kim = { userId, email: emailOf('kim'), role: 'viewer' } as const;
    const change = (current: string) =>
      changeOwnPassword(db, kim, { current, password: 'one of my own making' }).then(
        () => 'changed',
        (error: { code: string }) => error.code,
      );
    expect(await times(6, () => change(guess))).toEqual([
      ...Array<string>(5).fill('input_invalid'),
      'too_many_attempts',
    ]);
    expect(await change(password)).toBe('too_many_attempts');
    await waitOut();
    expect(await change(password)).toBe('changed');
  });

  it('is in the audit log with its address, one refusal a wait, and nothing that was typed', async () => {
    const entries = (await listAudit(db, { action: 'user.sign-in-refused' }, { limit: 100 })).rows;
    const ofAda = entries.filter(({ summary }) => summary.includes('ada@example.org'));
    expect(ofAda.map(({ address }) => address)).toEqual(Array(6).fill('198.51.100.1'));
    expect(ofAda.filter(({ summary }) => summary.includes('it has to wait'))).toHaveLength(1);
    expect(ofAda.some(({ summary }) => summary.includes('waits 30 seconds'))).toBe(true);
    expect(JSON.stringify(entries)).not.toMatch(/nobody@|spray\d|not the password/);
  });

  it('is forgotten after a day', async () => {
    const long = db.engine.nowPlus(-25 * 3_600_000);
    await db.q.updateTable('sign_in_attempts').set({ last_at: long, retry_at: long }).execute();
    await account('zoe');
    expect(await times(5, () => attempt('zoe', '198.51.100.1', guess))).not.toContain(
      'too_many_attempts',
    );
    expect(await attempt('tam', '198.51.100.4', password)).toBe('entered');
    const left = await db.q.selectFrom('sign_in_attempts').select('attempt_key').execute();
    expect(left.length).toBeLessThanOrEqual(4);
  });
});
