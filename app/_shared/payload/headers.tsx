/** Headers: the headers of a request or response, as a section. */
import { KeyValue } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';

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
