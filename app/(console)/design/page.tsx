/** Every component of the console in every state, side by side; for those who build it. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isDesignShown } from '#app/_server/known-page.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Feedback, Forms } from './controls.tsx';
import { Data } from './data.tsx';
import { Group, Sample } from './sample.tsx';

export const metadata: Metadata = { title: 'Design' };
export const dynamic = 'force-dynamic';

export default function DesignPage() {
  if (!isDesignShown()) notFound();
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Design"
        meta="What the console is made of. Switch the theme above to see the other one."
      />
      <Colours />
      <Forms />
      <Data />
      <Feedback />
    </div>
  );
}

// Written out whole: the stylesheet holds the classes that are found in the source.
const surfaces = [
  { name: 'canvas', style: 'bg-canvas' },
  { name: 'surface', style: 'bg-surface' },
  { name: 'raised', style: 'bg-raised' },
  { name: 'inset', style: 'bg-inset' },
  { name: 'hover', style: 'bg-hover' },
  { name: 'selected', style: 'bg-selected' },
] as const;

const statuses = [
  { name: 'pending', words: 'bg-pending-soft text-pending', fill: 'bg-pending-fill' },
  { name: 'progress', words: 'bg-progress-soft text-progress', fill: 'bg-progress-fill' },
  { name: 'done', words: 'bg-done-soft text-done', fill: 'bg-done-fill' },
  { name: 'failed', words: 'bg-failed-soft text-failed', fill: 'bg-failed-fill' },
  { name: 'warn', words: 'bg-warn-soft text-warn', fill: 'bg-warn-fill' },
  { name: 'skipped', words: 'bg-skipped-soft text-skipped', fill: 'bg-skipped-fill' },
] as const;

const sizes = [
  { name: '26 figures', style: 'text-2xl' },
  { name: '20 page', style: 'text-xl font-semibold' },
  { name: '16 section', style: 'text-lg' },
  { name: '14 controls', style: 'text-base' },
  { name: '13 body and tables', style: 'text-sm' },
  { name: '12 secondary', style: 'text-xs' },
  { name: '11 labels', style: 'text-2xs' },
] as const;

/** Surfaces, text and status colours, and the type scale. */
function Colours() {
  return (
    <>
      <Group title="Surfaces and text">
        {surfaces.map(({ name, style }) => (
          <Sample key={name} state={name}>
            <div className={`flex w-52 flex-col gap-0.5 rounded border px-3 py-2 text-sm ${style}`}>
              <span className="text-ink">Ink, for what matters</span>
              <span className="text-ink-2">Ink 2, for what goes with it</span>
              <span className="text-ink-3">Ink 3, for labels</span>
              <span className="text-accent">Accent, to act on</span>
            </div>
          </Sample>
        ))}
      </Group>
      <Group title="Status">
        {statuses.map(({ name, words, fill }) => (
          <Sample key={name} state={name}>
            <span className="flex items-center gap-2">
              <span className={`rounded px-2 py-1 text-xs font-medium ${words}`}>{name}</span>
              <span className={`h-3 w-16 rounded-full ${fill}`} />
            </span>
          </Sample>
        ))}
      </Group>
      <Group title="Type">
        {sizes.map(({ name, style }) => (
          <Sample key={name} state={name}>
            <span className={style}>12,345 items</span>
          </Sample>
        ))}
        <Sample state="mono">
          <span className="mono text-sm">wiki:page:Star_Wars</span>
        </Sample>
      </Group>
    </>
  );
}
