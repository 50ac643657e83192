import { Link } from '#app/ui/link.tsx';
import { Mark } from './ui/mark.tsx';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-3 px-4 pt-[18vh]">
      <Mark className="size-9 text-accent" />
      <h1 className="text-xl font-semibold">There is nothing at this address</h1>
      <p className="text-sm text-ink-2">It may have been removed, or the link was cut off.</p>
      <Link href="/" className="link w-fit">
        Go to the overview
      </Link>
    </main>
  );
}
