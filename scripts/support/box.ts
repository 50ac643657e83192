const width = 60;

/** A line of text in the double-ruled box the commands print. */
export function box(text: string): string {
  return [`╔${'═'.repeat(width)}╗`, `║${text.padEnd(width)}║`, `╚${'═'.repeat(width)}╝`].join('\n');
}
