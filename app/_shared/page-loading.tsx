'use client';
/** PageLoading: any page of the console until its data is there, in the shape of what comes. */
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import {
  FieldsSkeleton,
  PageSkeleton,
  SectionSkeleton,
  Skeleton,
  TableSkeleton,
} from '#app/ui/states.tsx';

/** By address; `*` stands for an id. */
const pages: Readonly<Record<string, ReactNode>> = {
  '/work-items': <ItemListSkeleton />,
  '/work-items/new': <PageSkeleton title="Add an address" rows={3} columns={1} />,
  '/work-items/*': <PageSkeleton title="Work item" />,
  '/failures': <PageSkeleton title="Failures" columns={5} />,
  '/skipped': <PageSkeleton title="Skipped items" rows={5} columns={3} />,
  '/bulk-actions': <PageSkeleton title="Background actions" />,
  '/bulk-actions/*': <PageSkeleton title="Background action" />,
  '/sources': <PageSkeleton title="Sources" />,
  '/sources/new': <PageSkeleton title="New source" />,
  '/sources/import': <PageSkeleton title="Import sources" />,
  '/sources/*': <PageSkeleton title="Source" />,
  '/runs': <PageSkeleton title="Runs" />,
  '/runs/compare': <PageSkeleton title="Compare runs" />,
  '/runs/*': <PageSkeleton title="Run" />,
  '/records': <PageSkeleton title="Records" />,
  '/records/*': <PageSkeleton title="Record" />,
  '/hosts': (
    <PageSkeleton title="Hosts" rows={12} columns={8}>
      <div className="flex h-9 items-center gap-6 border-b">
        <Skeleton className="h-2.5 w-8" />
        <Skeleton className="h-2.5 w-20" />
        <Skeleton className="h-2.5 w-24" />
      </div>
      <FieldsSkeleton widths={['w-64']} />
    </PageSkeleton>
  ),
  '/workers': <PageSkeleton title="Workers" rows={4} columns={8} />,
  '/schedules': <PageSkeleton title="Schedules" rows={5} columns={6} />,
  '/alerts': <PageSkeleton title="Alerts" rows={6} columns={4} />,
  '/forecast': <PageSkeleton title="Forecast" rows={12} columns={5} />,
  '/report': <PageSkeleton title="Report" rows={8} columns={8} />,
  '/storage': <PageSkeleton title="Storage" rows={12} columns={4} />,
  '/audit': (
    <PageSkeleton title="Audit" rows={18} columns={4}>
      <FieldsSkeleton widths={['w-44', 'w-40', 'w-28', 'w-28']} />
    </PageSkeleton>
  ),
  '/settings': (
    <SectionsSkeleton title="Settings">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <SectionSkeleton lines={6} />
        <SectionSkeleton lines={3} />
      </div>
      <SectionSkeleton lines={4} />
      <SectionSkeleton lines={2} />
      <SectionSkeleton lines={5} />
    </SectionsSkeleton>
  ),
  '/settings/account': (
    <SectionsSkeleton title="Account">
      <div className="max-w-lg">
        <SectionSkeleton lines={6} />
      </div>
    </SectionsSkeleton>
  ),
};

export default function PageLoading() {
  const pathname = usePathname();
  return (
    pages[pathname] ??
    pages[pathname.replace(/\/[^/]+$/, '/*')] ?? (
      <>
        <Skeleton className="h-7 w-40" />
        <TableSkeleton />
      </>
    )
  );
}

/** Heading, filter box, quick filters, toolbar, rows. */
function ItemListSkeleton() {
  return (
    <div className="flex flex-col gap-3">
      <h1 className="text-xl font-semibold tracking-[-0.01em]">Work items</h1>
      <div className="flex flex-col gap-2">
        <Skeleton className="h-8 w-full" />
        <Skeleton className="h-7 w-full max-w-xl" />
      </div>
      <div className="flex min-h-8 items-center justify-end">
        <Skeleton className="h-7 w-48" />
      </div>
      <TableSkeleton rows={18} columns={8} />
    </div>
  );
}

function SectionsSkeleton({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-[-0.01em]">{title}</h1>
      {children}
    </div>
  );
}
