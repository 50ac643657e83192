/**
 * An HTTP/2 response that was cut short ends in Node as one that is complete when the server resets its stream with
 * CANCEL or NO_ERROR (`onStreamClose` in lib/internal/http2/core.js pushes the end of the body itself). Here such an
 * end becomes an error. What tells them apart: END_STREAM ends the body of a stream that is still open.
 */
import { subscribe } from 'node:diagnostics_channel';
import { type ClientHttp2Stream, constants } from 'node:http2';

interface Created {
  readonly stream: ClientHttp2Stream;
}

/** Node publishes each stream before anybody listens to it. */
const isCreated = (message: unknown): message is Created =>
  typeof message === 'object' && message !== null && 'stream' in message;

function failWhenCut(stream: ClientHttp2Stream): void {
  const push = stream.push;
  let ended = false;
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !ended) {
      ended = true;
      if (stream.closed) {
        // Node is in the middle of closing it, and still reads what destroying takes away.
        process.nextTick(() => stream.destroy(cut(stream.rstCode)));
        return false;
      }
    }
    return push.call(stream, chunk, encoding);
  };
}

/** With the code of a connection that was cut, so that it is treated as one. */
const cut = (rstCode: number | undefined): Error =>
  Object.assign(
    new Error(`the stream was reset (${rstCode ?? constants.NGHTTP2_NO_ERROR}) before its end`),
    {
      code: 'ERR_STREAM_PREMATURE_CLOSE',
    },
  );

let watching = false;

/** For all connections of this process; once is enough. */
export function watchForCuts(): void {
  if (watching) return;
  watching = true;
  subscribe('http2.client.stream.created', (message) => {
    if (isCreated(message)) failWhenCut(message.stream);
  });
}
