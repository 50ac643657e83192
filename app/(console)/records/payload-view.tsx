/** PayloadView: a record's payload as a JSON tree or as text. */
import { Banner } from '#app/ui/banner.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { JsonView } from '#app/ui/json-view.tsx';
import { formatBytes } from '#app/ui/num.tsx';
import type { RecordDetail } from '#lib/records/detail.ts';

export function PayloadView({
  record,
  maxHeight = '40rem',
}: {
  readonly record: Pick<RecordDetail, 'payload' | 'bytes'>;
  readonly maxHeight?: string;
}) {
  const { payload, bytes } = record;
  if (payload.kind === 'json') {
    return <JsonView label="Payload" value={payload.value} maxHeight={maxHeight} />;
  }
  return (
    <div className="flex flex-col gap-2">
      {payload.truncated ? (
        <Banner title={`The payload has ${formatBytes(bytes)}; its beginning is shown`}>
          Download it to see the whole.
        </Banner>
      ) : null}
      <CodeBlock label="Payload" maxHeight={maxHeight} wraps>
        {payload.truncated ? payload.text.slice(0, 100_000) : payload.text}
      </CodeBlock>
    </div>
  );
}
