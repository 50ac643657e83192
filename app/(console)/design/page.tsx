/** Every component of the console in every state, side by side; for those who build it. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isDesignShown } from '#app/_server/known-page.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Colours } from './colours.tsx';
import { Data } from './data.tsx';
import { Feedback } from './feedback.tsx';
import { Forms } from './forms.tsx';

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
