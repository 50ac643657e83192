/** What is held of sources, why, and since when; and what was decided of it. */
import { ShieldCheck } from 'lucide-react';
import { DecideButtons } from '#app/_shared/quarantine/decide-buttons.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Quarantine } from '#lib/quarantine/read.ts';

export function Quarantines({
  open,
  decided,
  mayDecide,
}: {
  readonly open: readonly Quarantine[];
  readonly decided: readonly Quarantine[];
  readonly mayDecide: boolean;
}) {
  return (
    <>
      {open.length === 0 ? (
        <EmptyState icon={<ShieldCheck aria-hidden />} title="Nothing is held">
          When what a source answers looks like a login or block page, or is empty or far shorter
          than usual, its new versions are held here until somebody accepts or discards them.
        </EmptyState>
      ) : (
        <>
          {mayDecide && open.length > 1 ? (
            <div className="flex flex-wrap items-center justify-between gap-2">
              <p className="text-sm text-ink-2">{countOf(open.length, 'source')} are held.</p>
              <DecideButtons
                quarantineIds={open.map(({ quarantineId }) => quarantineId)}
                name={countOf(open.length, 'source')}
              />
            </div>
          ) : null}
          <TableRegion label="Held">
            <Thead>
              <tr>
                <Th>Source</Th>
                <Th className="max-sm:hidden">What was found</Th>
                <Th className="max-sm:hidden">Held since</Th>
                {mayDecide ? <ActionsTh className="max-sm:hidden" /> : null}
              </tr>
            </Thead>
            <tbody>
              {open.map((quarantine) => (
                <HeldRow
                  key={quarantine.quarantineId}
                  quarantine={quarantine}
                  mayDecide={mayDecide}
                />
              ))}
            </tbody>
          </TableRegion>
        </>
      )}
      {decided.length === 0 ? null : (
        <Section title="Decided">
          <TableRegion label="Decided">
            <Thead>
              <tr>
                <Th>Source</Th>
                <Th>Decision</Th>
                <Th className="max-sm:hidden">By</Th>
                <Th className="max-sm:hidden">Held</Th>
              </tr>
            </Thead>
            <tbody>
              {decided.map((quarantine) => (
                <DecidedRow key={quarantine.quarantineId} quarantine={quarantine} />
              ))}
            </tbody>
          </TableRegion>
        </Section>
      )}
    </>
  );
}

function HeldRow({
  quarantine,
  mayDecide,
}: {
  readonly quarantine: Quarantine;
  readonly mayDecide: boolean;
}) {
  const { quarantineId, sourceName, from } = quarantine;
  const buttons = mayDecide ? (
    <DecideButtons quarantineIds={[quarantineId]} name={sourceName} />
  ) : null;
  return (
    <Tr>
      <Td className="min-w-32 py-1.5 whitespace-normal">
        <Link href={heldHref(quarantine)} className="link font-medium">
          <bdi>{sourceName}</bdi>
        </Link>
        <div className="flex flex-col items-start gap-1.5 sm:hidden">
          <Found quarantine={quarantine} />
          <span className="text-xs text-ink-3">
            held since <Time at={from} />
          </span>
          {buttons}
        </div>
      </Td>
      <Td className="w-full min-w-64 py-1.5 whitespace-normal max-sm:hidden">
        <Found quarantine={quarantine} />
      </Td>
      <Td className="max-sm:hidden">
        <Time at={from} />
      </Td>
      {mayDecide ? (
        <Td align="right" className="max-sm:hidden">
          {buttons}
        </Td>
      ) : null}
    </Tr>
  );
}

/** The versions that it holds. */
const heldHref = ({ sourceName, from }: Quarantine) =>
  `/records?source=${encodeURIComponent(sourceName)}&fetched_from=${encodeURIComponent(from)}`;

function Found({
  quarantine: { title, detail, evidence, runId },
}: {
  readonly quarantine: Quarantine;
}) {
  const figures = Object.entries(evidence);
  return (
    <>
      <Link href={`/runs/${runId}`} className="link">
        <Foreign text={title} />
      </Link>
      <p className="text-ink-2 wrap-anywhere">{detail}</p>
      {figures.length === 0 ? null : (
        <details>
          <summary className="w-fit text-xs text-ink-3">Evidence</summary>
          <div className="py-1">
            <KeyValue
              entries={figures.map(([label, value]) => ({ label, value: String(value) }))}
            />
          </div>
        </details>
      )}
    </>
  );
}

function DecidedRow({ quarantine }: { readonly quarantine: Quarantine }) {
  const { sourceName, title, decision, decidedBy, note, from, until } = quarantine;
  return (
    <Tr>
      <Td className="w-full min-w-40 py-1.5 whitespace-normal">
        <bdi className="font-medium">{sourceName}</bdi>
        <p className="text-ink-2 wrap-anywhere">
          <Foreign text={title} />
        </p>
        {note === null ? null : (
          <p className="text-xs text-ink-3 wrap-anywhere">
            <Foreign text={note} />
          </p>
        )}
        <p className="text-xs text-ink-3 sm:hidden">
          {decidedBy}, <Time at={until} />
        </p>
      </Td>
      <Td>
        <StatusBadge status={decision ?? 'held'} />
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">{decidedBy}</Td>
      <Td className="whitespace-nowrap max-sm:hidden">
        <Time at={from} /> to <Time at={until} />
      </Td>
    </Tr>
  );
}
