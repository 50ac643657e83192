/** FailingAnswers: what the server said when attempts failed. It is a stranger's text, and shown as text alone. */
import { formatBytes } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ShownAnswer } from '#lib/items/failing-answers.ts';

export function FailingAnswers({ answers }: { readonly answers: readonly ShownAnswer[] }) {
  if (answers.length === 0) return null;
  return (
    <Section title="Failing answers">
      <ul className="flex flex-col gap-4">
        {answers.map((answer) => (
          <li key={answer.attemptId}>
            <Answer answer={answer} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Answer({ answer }: { readonly answer: ShownAnswer }) {
  const { httpStatus, url, answeredAt, headers, text, bodyBytes, isCut } = answer;
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
        <span className="num font-medium">{httpStatus}</span>
        <Time at={answeredAt} />
        <span className="mono text-xs text-ink-2 wrap-anywhere">{url}</span>
      </p>
      <details className="text-xs">
        <summary className="cursor-pointer text-ink-2">Headers of the answer</summary>
        <pre className="mono whitespace-pre-wrap wrap-anywhere py-1">
          {Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n')}
        </pre>
      </details>
      {text === null || text === '' ? (
        <p className="text-xs text-ink-3">
          {bodyBytes === 0 ? 'It had no body.' : `${formatBytes(bodyBytes)}, no text.`}
        </p>
      ) : (
        <>
          <section
            aria-label={`The body of the answer ${httpStatus}`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
            tabIndex={0}
            className="mono max-h-64 overflow-auto whitespace-pre-wrap wrap-anywhere rounded border bg-inset px-3 py-2 text-xs"
          >
            {text}
          </section>
          {isCut ? (
            <p className="text-xs text-ink-3">The beginning of {formatBytes(bodyBytes)}.</p>
          ) : null}
        </>
      )}
    </div>
  );
}
