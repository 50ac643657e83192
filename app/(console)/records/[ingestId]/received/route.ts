/** What was received, byte by byte, as a download. */
import { receivedFile } from '#app/_server/file.ts';
import { recordFileRoute } from '#app/_server/record-file.ts';
import { getReceivedBody } from '#lib/records/body.ts';

export const GET = recordFileRoute({
  read: getReceivedBody,
  what: 'the bytes of a record',
  missing: 'There is no such record, or its bytes were not kept.',
  content: ({ body }) => body,
  file: (received, ingestId) => receivedFile({ ...received, name: ingestId }),
});
