'use client';
import { Printer } from 'lucide-react';
import { Button } from '#app/ui/button.tsx';

export function PrintButton() {
  return (
    <Button onPress={() => globalThis.print()}>
      <Printer aria-hidden />
      Print
    </Button>
  );
}
