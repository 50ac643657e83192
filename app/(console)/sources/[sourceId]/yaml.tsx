/** Yaml: a source as it stands in a configuration file. */
import { DownloadLink } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { SourceSummary } from '#lib/sources/read-sources.ts';
import { sourcesToYaml } from '#lib/sources/yaml.ts';

export function Yaml({ source }: { readonly source: SourceSummary }) {
  const query = new URLSearchParams({ name: source.name });
  return (
    <Section
      title="As in a configuration file"
      aside={
        <DownloadLink href={`/sources/export?${query.toString()}`} size="sm">
          Download
        </DownloadLink>
      }
    >
      <div className="flex flex-col gap-2">
        <CodeBlock label="YAML of the source" maxHeight="40rem">
          {sourcesToYaml([source])}
        </CodeBlock>
        <p className="text-xs text-ink-3">
          Secrets are never included, only the references to where they stand.
        </p>
      </div>
    </Section>
  );
}
