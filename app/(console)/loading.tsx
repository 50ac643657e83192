import { Skeleton, TableSkeleton } from '#app/ui/states.tsx';

/** Any page of the console until its data is there. */
export default function Loading() {
  return (
    <>
      <Skeleton className="h-7 w-40" />
      <TableSkeleton />
    </>
  );
}
