/** The findings, the worst first, each with what to do; what is well stands folded below. */
import { Check, CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { countOf } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Badge, type Tone } from '#app/ui/status-badge.tsx';
import type { Finding, Severity } from '#lib/health/examine.ts';

const looks: Readonly<
  Record<Severity, { readonly tone: Tone; readonly word: string; readonly Icon: typeof Check }>
> = {
  fault: { tone: 'failed', word: 'Fault', Icon: CircleAlert },
  warning: { tone: 'warn', word: 'Warning', Icon: TriangleAlert },
  notice: { tone: 'neutral', word: 'Notice', Icon: Info },
  ok: { tone: 'done', word: 'OK', Icon: Check },
};

function SeverityBadge({
  severity,
  word,
}: {
  readonly severity: Severity;
  readonly word?: string;
}) {
  const look = looks[severity];
  return (
    <Badge tone={look.tone} icon={<look.Icon aria-hidden />}>
      {word ?? look.word}
    </Badge>
  );
}

/** The page in a few words: how many of each, or that nothing is wrong. */
export function Verdict({ findings }: { readonly findings: readonly Finding[] }) {
  const count = (severity: Severity) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [faults, warnings] = [count('fault'), count('warning')];
  if (faults + warnings === 0) return <SeverityBadge severity="ok" word="Nothing is wrong" />;
  return (
    <>
      {faults > 0 ? <SeverityBadge severity="fault" word={countOf(faults, 'fault')} /> : null}
      {warnings > 0 ? (
        <SeverityBadge severity="warning" word={countOf(warnings, 'warning')} />
      ) : null}
    </>
  );
}

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const told = findings.filter(({ severity }) => severity !== 'ok');
  const fine = findings.filter(({ severity }) => severity === 'ok');
  return (
    <Section title="Findings" isFlush>
      {told.length > 0 ? (
        <ul aria-label="What was found">
          {told.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.message}`} finding={finding} />
          ))}
        </ul>
      ) : null}
      <details open={told.length === 0} className={told.length === 0 ? undefined : 'border-t'}>
        <summary className="px-3 py-2.5 text-sm hover:text-accent">
          {countOf(fine.length, 'check')} found nothing to do
        </summary>
        <ul aria-label="What is well" className="border-t">
          {fine.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.message}`} finding={finding} />
          ))}
        </ul>
      </details>
    </Section>
  );
}

function FindingRow({ finding }: { readonly finding: Finding }) {
  const { code, severity, message, remedy } = finding;
  return (
    <li className="grid gap-x-3 gap-y-1 border-b px-3 py-2 last:border-b-0 sm:grid-cols-[5.5rem_minmax(0,1fr)_auto] sm:items-baseline">
      <span>
        <SeverityBadge severity={severity} />
      </span>
      <span className="min-w-0 break-words text-sm">
        {message}
        {remedy === null ? null : <span className="block text-ink-2">{remedy}</span>}
      </span>
      <code className="text-xs text-ink-3 max-sm:hidden">{code}</code>
    </li>
  );
}
