import { SectionSkeleton } from '#app/ui/states.tsx';

export default function Loading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-[-0.01em]">Account</h1>
      <div className="max-w-lg">
        <SectionSkeleton lines={6} />
      </div>
    </div>
  );
}
