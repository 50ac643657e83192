/**
 * What only the connection knows of a request, written into its headers before Next reads them: who is at its other
 * end, and whether a person made it. Whatever a client wrote there itself is overwritten.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isBackground } from './background.ts';
import { backgroundHeader, peerHeader } from './door-headers.ts';

/** Node publishes there before any handler of the server runs. */
const channel = 'http.server.request.start';

// Next may load this more than once.
const memo = Symbol.for('holocron-ingest.front-door');

export function openFrontDoor(): void {
  const holder: typeof globalThis & { [memo]?: true } = globalThis;
  if (holder[memo]) return;
  holder[memo] = true;
  subscribe(channel, (message) => {
    // Documented as { request, response, socket, server }.
    const { request } = message as { request: IncomingMessage };
    const { headers, method = '', url = '' } = request;
    headers[peerHeader] = request.socket.remoteAddress ?? '';
    headers[backgroundHeader] = isBackground(method, url, headers) ? '1' : '';
  });
}
