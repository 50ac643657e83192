'use client';
/** CopyButton: copies a text that is made when it is asked for. */
import { Check, Copy } from 'lucide-react';
import { Button } from '#app/ui/button.tsx';
import { useCopy } from '#app/ui/use-copy.ts';

export function CopyButton({
  label,
  textOf,
}: {
  readonly label: string;
  readonly textOf: () => string;
}) {
  const { copied, copy } = useCopy();
  return (
    <Button
      size="sm"
      variant="quiet"
      icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      onPress={() => copy(textOf())}
    >
      {label}
    </Button>
  );
}
