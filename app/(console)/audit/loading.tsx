import { FieldsSkeleton, PageSkeleton } from '#app/ui/states.tsx';

/** As the log stands: heading, filter, entries. */
export default function Loading() {
  return (
    <PageSkeleton title="Audit" rows={18} columns={4}>
      <FieldsSkeleton widths={['w-44', 'w-40', 'w-28', 'w-28']} />
    </PageSkeleton>
  );
}
