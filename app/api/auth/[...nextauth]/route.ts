import type { NextRequest } from 'next/server';
import { currentActor } from '#app/_server/actor.ts';
import { answerAuth } from '#app/_server/auth.ts';
import { answerJson } from '#app/_server/json.ts';

interface Context {
  readonly params: Promise<{ nextauth: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const [action] = (await context.params).nextauth;
  // next-auth would answer from the cookie alone, and renew it.
  if (action === 'session') return answerJson(describeSession);
  return answerAuth(request, context);
}

/** Who is signed in and until when at the most; nothing for nobody. */
async function describeSession() {
  const actor = await currentActor();
  return actor === null
    ? {}
    : {
        user: { email: actor.email, name: actor.name, role: actor.role },
        expires: actor.expiresAt,
      };
}

export { handle as GET, handle as POST };
