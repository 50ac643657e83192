import { PageSkeleton } from '#app/ui/states.tsx';

export default function Loading() {
  return <PageSkeleton title="Workers" rows={4} columns={8} />;
}
