import { FieldsSkeleton, PageSkeleton, Skeleton } from '#app/ui/states.tsx';

/** As the list stands: heading, states, the search by name, rows. */
export default function Loading() {
  return (
    <PageSkeleton title="Hosts" rows={12} columns={8}>
      <div className="flex h-9 items-center gap-6 border-b">
        <Skeleton className="h-2.5 w-8" />
        <Skeleton className="h-2.5 w-20" />
        <Skeleton className="h-2.5 w-24" />
      </div>
      <FieldsSkeleton widths={['w-64']} />
    </PageSkeleton>
  );
}
