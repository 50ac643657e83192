'use client';
/** CopyButton: copies a text that is made when it is asked for. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { announce } from '#app/ui/toast.tsx';

export function CopyButton({
  label,
  textOf,
}: {
  readonly label: string;
  readonly textOf: () => string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      size="sm"
      variant="quiet"
      icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      onPress={() => {
        navigator.clipboard.writeText(textOf()).then(
          () => {
            setCopied(true);
            announce('Copied');
          },
          () => announce('The browser did not allow copying'),
        );
      }}
    >
      {label}
    </Button>
  );
}
