import { PageSkeleton } from '#app/ui/states.tsx';

export default function Loading() {
  return <PageSkeleton title="Schedules" rows={5} columns={6} />;
}
