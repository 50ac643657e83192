/** The stored payload as a download. Never shown inline: it is a stranger's content. */
import { downloadHeaders } from '#app/_server/file.ts';
import { recordFileRoute } from '#app/_server/record-file.ts';
import { getRecordPayload } from '#lib/records/detail.ts';

export const GET = recordFileRoute({
  read: getRecordPayload,
  what: 'the payload of a record',
  missing: 'There is no such record.',
  content: ({ payload }) => payload,
  file: ({ payload, contentType }, ingestId) => {
    const isJson = contentType?.includes('json') ?? false;
    return new Response(payload, {
      headers: downloadHeaders(
        `${ingestId}.${isJson ? 'json' : 'txt'}`,
        isJson ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
      ),
    });
  },
});
