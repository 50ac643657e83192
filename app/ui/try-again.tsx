'use client';
/** TryAgain: asks once more for what failed: the page, or what its panel or dialog asked for. */
import { Button } from './button.tsx';
import type { ButtonSize } from './button-style.ts';
import { useRefresh } from './live.tsx';

export function TryAgain({
  onRetry,
  size = 'md',
}: {
  /** Absent = the whole page, drawn anew by the server. */
  readonly onRetry?: () => void;
  readonly size?: ButtonSize;
}) {
  const { isRefreshing, refresh } = useRefresh();
  return (
    <Button size={size} isPending={isRefreshing} onPress={onRetry ?? refresh}>
      Try again
    </Button>
  );
}
