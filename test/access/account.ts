/** People for tests: accounts that the database knows. */
import type { Db } from '#db/engine.ts';
import { createUser } from '#lib/access/users.ts';
import { type Actor, type Role, systemActor } from '#lib/actor/model.ts';

/** An account named so, as the actor of what it does. */
export async function givenAccount(db: Db, name: string, role: Role): Promise<Actor> {
  const email = `${name}@example.org`;
  const password = 'a long enough password';
  const userId = await createUser(db, systemActor('test'), { email, name, role, password });
  return { userId, email, role };
}
