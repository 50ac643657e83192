/** Every endpoint of the API with what it takes and needs, and every code that it may answer. */
import { ChevronRight } from 'lucide-react';
import { Section } from '#app/ui/page-header.tsx';
import type { OpenApi, Operation } from '#lib/api/openapi.ts';

/** Names of the groups, as their pages are called. */
const titles: Readonly<Record<string, string>> = {
  items: 'Work items',
  'bulk-actions': 'Background actions',
  stop: 'Stop everything',
};

/** `alert-rules` as `Alert rules`. */
function titleOf(tag: string): string {
  const words = titles[tag] ?? tag.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Entry {
  readonly method: string;
  /** Behind the base. */
  readonly path: string;
  readonly operation: Operation;
}

export function ApiReference({
  document: { paths, servers, components },
  remedies,
}: {
  readonly document: OpenApi;
  /** By code. */
  readonly remedies: Readonly<Record<string, string>>;
}) {
  const base = servers[0]?.url ?? '';
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const groups = Map.groupBy(entries, ({ operation }) => operation.tags[0] ?? '');
  const schemas = Object.entries(components.schemas);
  return (
    <div className="flex flex-col gap-4">
      <Section title="How to ask">
        <div className="flex flex-col gap-2 text-sm">
          <p>
            Paths begin with <code className="mono">{base}</code>. Each request shows a token:{' '}
            <code className="mono wrap-anywhere">Authorization: Bearer hlc_…</code>.{' '}
            <a className="link" href={`${base}/openapi.json`}>
              openapi.json
            </a>{' '}
            describes the same for machines.
          </p>
          <nav aria-label="Groups of endpoints" className="flex flex-wrap gap-x-3 gap-y-1">
            {[...groups].map(([tag, list]) => (
              <a key={tag} className="link" href={`#group-${tag}`}>
                {titleOf(tag)} <span className="num text-xs text-ink-3">{list.length}</span>
              </a>
            ))}
          </nav>
        </div>
      </Section>
      {[...groups].map(([tag, list]) => (
        <div key={tag} id={`group-${tag}`} className="scroll-mt-16">
          <Section title={titleOf(tag)} isFlush>
            {list.map((entry) => (
              <Endpoint key={entry.operation.operationId} {...entry} />
            ))}
          </Section>
        </div>
      ))}
      <Section title="Shared schemas" isFlush>
        {schemas.map(([name, schema]) => (
          <details key={name} id={`schema-${name}`} className={row}>
            <summary className={`mono text-sm wrap-anywhere ${head}`}>{name}</summary>
            <div className="px-3 pb-3">
              <Json value={schema} />
            </div>
          </details>
        ))}
      </Section>
      <Section title="Codes of errors" isFlush>
        <dl className="text-sm">
          {Object.entries(remedies).map(([code, remedy]) => (
            <div
              key={code}
              id={code}
              className="grid gap-x-4 border-b px-3 py-1.5 last:border-b-0 target:bg-selected md:grid-cols-[16rem_minmax(0,1fr)]"
            >
              <dt className="mono wrap-anywhere">{code}</dt>
              <dd className="text-ink-2">{remedy}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </div>
  );
}

const row = 'group border-b last:border-b-0 target:bg-selected';
const head = 'cursor-pointer px-3 py-2 hover:bg-hover';

function Endpoint({
  method,
  path,
  operation: { operationId, summary, description, parameters, requestBody },
}: Entry) {
  const [[type, { schema }] = ['', { schema: null }]] = Object.entries(requestBody?.content ?? {});
  return (
    <details id={operationId} className={row}>
      <summary
        className={`grid grid-cols-[5rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-0.5 text-sm lg:grid-cols-[5rem_minmax(0,24rem)_minmax(0,1fr)] ${head}`}
      >
        <span className="mono flex items-center gap-1 text-xs font-semibold text-ink-2">
          <ChevronRight aria-hidden className="size-3 shrink-0 text-ink-3 group-open:rotate-90" />
          {method}
        </span>
        <span className="mono wrap-anywhere font-medium">
          <PathInParts path={path} />
        </span>
        <span className="col-start-2 text-ink-2 lg:col-start-3">{summary}</span>
      </summary>
      <div className="flex flex-col gap-2 px-3 pb-3 text-sm lg:pl-[6.5rem]">
        <p className="text-ink-2">
          <span className="mono">{operationId}</span>. {description.replaceAll('`', '')}
        </p>
        {parameters.length > 0 ? (
          <dl className="grid gap-x-4 gap-y-1 md:grid-cols-[14rem_minmax(0,1fr)]">
            {parameters.map((one) => (
              <div key={`${one.in} ${one.name}`} className="contents">
                <dt className="mono wrap-anywhere">{one.name}</dt>
                <dd className="mb-1 text-ink-2 md:mb-0">{wordsOf(one)}</dd>
              </div>
            ))}
          </dl>
        ) : null}
        {schema ? (
          <div>
            <p>
              Body, {type}
              {requestBody?.required ? '' : ', may be left out'}:
            </p>
            <Json value={schema} />
          </div>
        ) : null}
      </div>
    </details>
  );
}

/** `In the path.`, `Header, required. The ETag …`, `Items of one source.` */
function wordsOf({ in: place, required, description }: Operation['parameters'][number]): string {
  const what =
    place === 'path' ? 'In the path.' : place === 'header' ? 'Header' : required ? 'Required.' : '';
  const header = place === 'header' ? (required ? ', required.' : '.') : '';
  return `${what}${header} ${typeof description === 'string' ? description : ''}`.trim() || '–';
}

/** It breaks behind a slash rather than within a word. */
const PathInParts = ({ path }: { readonly path: string }) =>
  path
    .split('/')
    .slice(1)
    .map((part, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a path's parts never move
      <span key={at}>
        /<wbr />
        {part.startsWith('{') ? <span className="text-accent">{part}</span> : part}
      </span>
    ));

const Json = ({ value }: { readonly value: unknown }) => (
  <pre className="mono mt-1 whitespace-pre-wrap wrap-anywhere rounded border bg-inset p-2 text-xs">
    {JSON.stringify(value, null, 2)}
  </pre>
);
