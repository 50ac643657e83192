import { SectionSkeleton } from '#app/ui/states.tsx';

/** As the page stands: the database beside this deployment, then retention, the check and the accounts. */
export default function Loading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-[-0.01em]">Settings</h1>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <SectionSkeleton lines={6} />
        <SectionSkeleton lines={3} />
      </div>
      <SectionSkeleton lines={4} />
      <SectionSkeleton lines={2} />
      <SectionSkeleton lines={5} />
    </div>
  );
}
