'use client';
import { Printer } from 'lucide-react';
import { Button } from '#app/ui/button.tsx';

export function PrintButton() {
  return (
    <Button icon={<Printer aria-hidden />} onPress={() => globalThis.print()}>
      Print
    </Button>
  );
}
