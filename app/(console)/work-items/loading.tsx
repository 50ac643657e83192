import { Skeleton, TableSkeleton } from '#app/ui/states.tsx';

/** As the list stands: heading, filter box, quick filters, toolbar, rows. */
export default function Loading() {
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
