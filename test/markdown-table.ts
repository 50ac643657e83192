/** A table in Markdown, aligned as the formatter has it; the columns in `right` are numbers. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly number[] = [],
): string {
  const all = [heads, ...rows].map((cells) => cells.map(String));
  const widths = heads.map((_, at) => Math.max(3, ...all.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells
      .map((cell, at) =>
        right.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join(' | ')} |`;
  const rule = widths.map((width, at) =>
    right.includes(at) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const [head = '', ...body] = all.map(line);
  return [head, line(rule), ...body].join('\n');
}
