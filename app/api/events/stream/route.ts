import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { countedForSession } from '#app/_server/request-limits.ts';
import { followEvents } from '#lib/events/list-events.ts';
import { seenEvents } from '#lib/runs/seen-events.ts';
import { getRuntime } from '#lib/runtime.ts';
import { eventScope } from '../scope.ts';

/** Then the browser reconnects, and the person's permission is checked again. */
const longestMs = 5 * 60_000;
/** Something passes at least this often, so that proxies keep the connection and a dead one is noticed. */
const beatMs = 15_000;
const reconnectMs = 2_000;

/**
 * Events as they come, as server-sent events: `id` is the event's, so that a browser that was cut off
 * resumes behind the last one it got (`Last-Event-ID`). `?run=` limits them to a run, `?after=` gives the
 * start.
 */
export async function GET(request: Request): Promise<Response> {
  let stream: ReadableStream<Uint8Array> | null = null;
  const refused = await answerJson(async () => {
    const actor = await actorOrThrow();
    const runtime = await getRuntime();
    const { runId, after } = eventScope(new URL(request.url).searchParams);
    const resumed = Number(request.headers.get('last-event-id') ?? Number.NaN);
    const reads = await readsFor(runtime);
    const events = streamOf(
      reads,
      {
        ...(await seenEvents(reads, actor, runId)),
        after: Number.isSafeInteger(resumed) ? resumed : after,
      },
      request.signal,
      (error) => runtime.log.warn({ err: error }, 'a stream of events ended early'),
    );
    stream = await countedForSession(runtime.db, actor, 'events', events);
    return null;
  });
  if (stream === null) return refused;
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      // Compression would hold events back until its buffer is full.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

function streamOf(
  session: Parameters<typeof followEvents>[0],
  scope: Awaited<ReturnType<typeof seenEvents>> & { readonly after: number | undefined },
  gone: AbortSignal,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const ended = new AbortController();
  const signal = AbortSignal.any([gone, ended.signal, AbortSignal.timeout(longestMs)]);
  return new ReadableStream({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      let sentAt = performance.now();
      try {
        send(`retry: ${reconnectMs}\n\n`);
        for await (const events of followEvents(session, { ...scope, signal })) {
          if (signal.aborted) break;
          if (events.length === 0 && performance.now() - sentAt < beatMs) continue;
          send(
            events.length === 0
              ? ': still here\n\n'
              : events
                  .map((event) => `id: ${event.eventId}\ndata: ${JSON.stringify(event)}\n\n`)
                  .join(''),
          );
          sentAt = performance.now();
        }
      } catch (error) {
        // The browser asks again in a moment; the page itself reports what is wrong with the database.
        if (!signal.aborted) onError(error);
      } finally {
        if (!ended.signal.aborted) controller.close();
      }
    },
    cancel() {
      ended.abort();
    },
  });
}
