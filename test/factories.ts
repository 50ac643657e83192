/** Inputs for tests: valid by default, each with its own identity; a test names only what it is about. */
import { newId } from '#lib/ids.ts';
import type { AttemptReport, NewRecord, NewWorkItem, Validators } from '#lib/queue/model.ts';

export function aWorkItem(over: Partial<NewWorkItem> = {}): NewWorkItem {
  const resourceId = over.resourceId ?? `resource-${newId()}`;
  return {
    sourceSystem: 'test',
    sourceName: 'sample',
    resourceType: 'page',
    requestUri: `https://source.example/${encodeURIComponent(resourceId.toWellFormed()).slice(0, 1000)}`,
    ...over,
    resourceId,
  };
}

export function aRecord(over: Partial<NewRecord> = {}): NewRecord {
  return {
    ingestId: newId(),
    requestUri: 'https://source.example/',
    requestMethod: 'GET',
    requestHeaders: { accept: 'application/json' },
    statusCode: 200,
    responseHeaders: { 'content-type': 'application/json' },
    payload: '{"name":"Luke"}',
    contentType: 'application/json',
    hashSha256: 'a'.repeat(64),
    contentHash: 'b'.repeat(64),
    durationMs: 12,
    lakePath: null,
    charset: null,
    body: null,
    ...over,
  };
}

export function anAttempt(over: Partial<AttemptReport> = {}): AttemptReport {
  return {
    attemptId: newId(),
    workerId: 'worker-1',
    durationMs: 12,
    httpStatus: 200,
    facts: null,
    ...over,
  };
}

export const noValidators: Validators = { etag: null, lastModified: null, revision: null };
