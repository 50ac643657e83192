/** The API for programs: who may ask what is in `lib/api`. Cookies mean nothing here. */
import { requestOrigin } from '#app/_server/origin.ts';
import { requestLimits } from '#app/_server/request-limits.ts';
import { answerApi, problem } from '#lib/api/answer.ts';
import { getRuntime } from '#lib/runtime.ts';

async function handle(request: Request): Promise<Response> {
  try {
    const [runtime, { address }] = await Promise.all([getRuntime(), requestOrigin()]);
    return await answerApi(request, { runtime, limits: requestLimits(), address });
  } catch (error) {
    // There is no runtime: its settings are wrong, or its database is away.
    return problem(error, null);
  }
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
