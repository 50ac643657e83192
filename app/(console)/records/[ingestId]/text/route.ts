/** The main text of a page as a download. */
import { downloadHeaders } from '#app/_server/file.ts';
import { recordFileRoute } from '#app/_server/record-file.ts';
import { getPageText } from '#lib/records/detail.ts';

export const GET = recordFileRoute({
  read: getPageText,
  what: 'the main text of a record',
  missing: 'There is no main text of this record.',
  content: (text) => text,
  file: (text, ingestId) =>
    new Response(text, {
      headers: downloadHeaders(`${ingestId}.txt`, 'text/plain; charset=utf-8'),
    }),
});
