'use client';
/** LoadFailed: why a payload is not shown, and once more. */
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';

export function LoadFailed({
  title,
  message,
  onRetry,
}: {
  readonly title: string;
  readonly message: string;
  readonly onRetry: () => void;
}) {
  return (
    <Banner title={title}>
      <span className="flex flex-wrap items-center gap-3">
        {message}
        <Button size="sm" onPress={onRetry}>
          Load it again
        </Button>
      </span>
    </Banner>
  );
}
