/** Every endpoint of the API with what it takes and needs, and every code that it may answer. */
import { Section } from '#app/ui/page-header.tsx';
import type { OpenApi, Operation } from '#lib/api/openapi.ts';

export function ApiReference({
  document: { paths, servers, components },
  remedies,
}: {
  readonly document: OpenApi;
  /** By code. */
  readonly remedies: Readonly<Record<string, string>>;
}) {
  const base = servers[0]?.url ?? '';
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      address: `${method.toUpperCase()} ${base}${path}`,
      operation,
    })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))];
  return (
    <>
      <Section title="For machines">
        <p className="text-sm">
          <a className="text-accent underline" href={`${base}/openapi.json`}>
            {base}/openapi.json
          </a>{' '}
          describes the same as OpenAPI 3.1. Each request shows a token as <code>Bearer</code>.
        </p>
      </Section>
      {tags.map((tag) => (
        <Section key={tag} title={tag}>
          {operations
            .filter(({ operation }) => operation.tags[0] === tag)
            .map(({ address, operation }) => (
              <Endpoint key={operation.operationId} address={address} operation={operation} />
            ))}
        </Section>
      ))}
      <Section title="Shared schemas">
        {Object.entries(components.schemas).map(([name, schema]) => (
          <details key={name} id={`schema-${name}`} className="border-b py-1.5 last:border-b-0">
            <summary className="mono text-sm">{name}</summary>
            <Json value={schema} />
          </details>
        ))}
      </Section>
      <Section title="Codes of errors">
        <dl className="text-sm">
          {Object.entries(remedies).map(([code, remedy]) => (
            <div key={code} id={code} className="border-b py-1.5 last:border-b-0">
              <dt className="mono">{code}</dt>
              <dd className="text-ink-2">{remedy}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}

function Endpoint({
  address,
  operation: { operationId, summary, description, parameters, requestBody },
}: {
  readonly address: string;
  readonly operation: Operation;
}) {
  const [[type, { schema }] = ['', { schema: null }]] = Object.entries(requestBody?.content ?? {});
  return (
    <details id={operationId} className="border-b py-1.5 last:border-b-0">
      <summary className="text-sm">
        <span className="mono font-medium">{address}</span> {summary}
      </summary>
      <p className="mt-1.5 text-sm text-ink-2">{description.replaceAll('`', '')}</p>
      {parameters.length > 0 ? (
        <ul className="mt-1.5 text-sm">
          {parameters.map((one) => (
            <li key={`${one.in} ${one.name}`}>
              <span className="mono">{one.name}</span> in {one.in}
              {one.required ? ', required' : ''}
              {typeof one.description === 'string' ? `: ${one.description}` : ''}
            </li>
          ))}
        </ul>
      ) : null}
      {schema ? (
        <>
          <p className="mt-1.5 text-sm">
            Body, {type}
            {requestBody?.required ? '' : ', may be left out'}:
          </p>
          <Json value={schema} />
        </>
      ) : null}
    </details>
  );
}

const Json = ({ value }: { readonly value: unknown }) => (
  <pre className="mono mt-1 whitespace-pre-wrap wrap-anywhere rounded border bg-inset p-2 text-xs">
    {JSON.stringify(value, null, 2)}
  </pre>
);
