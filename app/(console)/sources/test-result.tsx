/** TestResult: what a test fetch sent, what came back, and what would be discovered. */

import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { countOf, formatBytes, formatDuration, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { TestFetch } from '#lib/sources/test-source.ts';

export default function TestResult({ result }: { readonly result: TestFetch }) {
  const { request, response, discovered } = result;
  return (
    <section aria-label="Test result" className="flex flex-col gap-4">
      <Outcome result={result} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {request ? (
          <Section title="Request" aside={<span>{countOf(result.requests, 'request')} sent</span>}>
            <div className="flex flex-col gap-3">
              <p className="mono wrap-anywhere">
                {request.method} {request.url}
              </p>
              <HeaderList headers={request.headers} />
            </div>
          </Section>
        ) : null}
        {response ? (
          <Section
            title={`Response ${response.status}`}
            aside={
              <span className="num">
                {formatDuration(response.durationMs)} · {formatBytes(response.bytes)}
              </span>
            }
          >
            <HeaderList headers={response.headers} />
          </Section>
        ) : null}
      </div>
      {response && response.excerpt !== '' ? (
        <Section
          title="Payload"
          aside={
            response.truncated ? <span>first 64 KB</span> : <span>{response.contentType}</span>
          }
        >
          <CodeBlock label="Payload of the response" maxHeight="20rem" wraps>
            {response.excerpt}
          </CodeBlock>
        </Section>
      ) : null}
      {result.outcome === 'fetched' ? (
        <Section title={`Would discover ${countOf(discovered.total, 'item')}`}>
          {discovered.total === 0 ? (
            <p className="text-sm text-ink-3">Nothing that these settings would follow.</p>
          ) : (
            <ul className="grid gap-x-6 gap-y-0.5 text-sm sm:grid-cols-2 xl:grid-cols-3">
              {discovered.sample.map((item) => (
                <li
                  key={`${item.resourceType}:${item.resourceId}`}
                  className="flex min-w-0 items-baseline gap-1.5"
                >
                  <MiddleCut text={item.resourceId} />
                  <span className="shrink-0 text-xs text-ink-3">{item.resourceType}</span>
                </li>
              ))}
              {discovered.total > discovered.sample.length ? (
                <li className="text-ink-3">
                  … and {countOf(discovered.total - discovered.sample.length, 'more', 'more')}
                </li>
              ) : null}
            </ul>
          )}
        </Section>
      ) : null}
      {result.more.length > 0 ? (
        <Section title={`${countOf(result.more.length, 'more item')} of the sample`} isFlush>
          <SampleTable items={result.more} />
        </Section>
      ) : null}
    </section>
  );
}

function SampleTable({ items }: { readonly items: TestFetch['more'] }) {
  return (
    <TableRegion label="Further items of the sample" className="rounded-none border-0">
      <Thead>
        <tr>
          <Th>Outcome</Th>
          <Th>Item</Th>
          <Th>From</Th>
          <Th align="right">Status</Th>
          <Th align="right">Took</Th>
          <Th align="right">Would discover</Th>
        </tr>
      </Thead>
      <tbody>
        {items.map((item) => (
          <Tr key={`${item.resourceType}:${item.resourceId}`}>
            <Td className="whitespace-nowrap">
              <StatusBadge status={item.error ? 'failed' : item.outcome} />
            </Td>
            <Td className="max-w-96 min-w-40">
              <span className="flex min-w-0 items-baseline gap-1.5">
                <MiddleCut text={item.resourceId} />
                <span className="shrink-0 text-xs text-ink-3">{item.resourceType}</span>
              </span>
              {item.error ? (
                <span className="block text-xs text-ink-3 wrap-anywhere">{item.error.message}</span>
              ) : null}
            </Td>
            <Td>{item.from === 'seed' ? 'a seed' : 'discovered'}</Td>
            <Td align="right" className="num">
              {item.status ?? <None word="no answer" />}
            </Td>
            <Td align="right" className="num">
              {item.durationMs === null ? <None /> : formatDuration(item.durationMs)}
            </Td>
            <Td align="right">
              <Num value={item.discovered} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function Outcome({ result }: { readonly result: TestFetch }) {
  const { item, error } = result;
  const what = `${item.resourceType} “${item.resourceId}”`;
  if (error) {
    return <ErrorBanner error={error} title={`The test failed: ${error.message}`} />;
  }
  const title =
    result.outcome === 'alias'
      ? `The test passed: ${what} is another name of “${result.aliasOf ?? ''}”`
      : `The test passed: ${what} was fetched`;
  return (
    <Banner kind="done" title={title} isLive>
      Nothing was stored.
    </Banner>
  );
}

function HeaderList({ headers }: { readonly headers: Readonly<Record<string, string>> }) {
  return (
    <KeyValue
      entries={Object.entries(headers).map(([label, value]) => ({
        label,
        value: <span className="mono wrap-anywhere">{value}</span>,
      }))}
    />
  );
}
