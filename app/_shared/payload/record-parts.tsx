/** Parts of a record that several pages show. */
import { KeyValue } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { RecordDetail } from '#lib/records/detail.ts';
import type { PayloadSource } from './payload-viewer.tsx';

/** The headers of a request or response, as a section. */
export function Headers({
  title,
  headers,
}: {
  readonly title: string;
  readonly headers: Readonly<Record<string, string>> | null;
}) {
  const entries = Object.entries(headers ?? {});
  return (
    <Section title={title}>
      {entries.length === 0 ? (
        <p className="text-sm text-ink-3">None were recorded.</p>
      ) : (
        <KeyValue
          entries={entries.map(([label, value]) => ({
            label,
            value: <span className="mono wrap-anywhere">{value}</span>,
          }))}
        />
      )}
    </Section>
  );
}

/** Of a record no more than the viewer needs: what a page hands to the browser it sends with it. */
export const payloadSource = ({ ingestId, payload, bytes }: RecordDetail): PayloadSource => ({
  ingestId,
  text: payload,
  bytes,
});
