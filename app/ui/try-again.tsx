'use client';
/** TryAgain: asks once more for what failed: the page, or what its panel or dialog asked for. */
import { useRouter } from 'next/navigation';
import { useTransition } from 'react';
import { Button } from './button.tsx';
import type { ButtonSize } from './button-style.ts';

export function TryAgain({
  onRetry,
  size = 'md',
}: {
  /** Absent = the whole page, drawn anew by the server. */
  readonly onRetry?: () => void;
  readonly size?: ButtonSize;
}) {
  const router = useRouter();
  const [isPending, start] = useTransition();
  return (
    <Button
      size={size}
      isPending={isPending}
      onPress={() => (onRetry ? onRetry() : start(() => router.refresh()))}
    >
      Try again
    </Button>
  );
}
