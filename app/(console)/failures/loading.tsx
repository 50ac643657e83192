import { PageSkeleton } from '#app/ui/states.tsx';

export default function Loading() {
  return <PageSkeleton title="Failures" columns={5} />;
}
