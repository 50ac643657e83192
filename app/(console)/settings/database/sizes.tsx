/** What is large: each table with its indexes, the largest first. */
import { None } from '#app/ui/key-value.tsx';
import { countOf, formatBytes, formatCount, formatShare } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { ObjectSize } from '#lib/health/examine.ts';

interface TableTotal {
  readonly table: string;
  readonly rows: number | null;
  readonly data: number;
  readonly indexes: number;
  readonly indexCount: number;
}

function totalsOf(sizes: readonly ObjectSize[]): TableTotal[] {
  const tables = [...new Set(sizes.map(({ table }) => table))];
  return tables.map((table) => {
    const parts = sizes.filter((one) => one.table === table);
    const sum = (some: readonly ObjectSize[]) =>
      some.reduce((total, { bytes }) => total + bytes, 0);
    const indexes = parts.filter(({ index }) => index !== null);
    return {
      table,
      rows: parts.find(({ index }) => index === null)?.rows ?? null,
      data: sum(parts) - sum(indexes),
      indexes: sum(indexes),
      indexCount: indexes.length,
    };
  });
}

export function Sizes({ sizes }: { readonly sizes: readonly ObjectSize[] }) {
  if (sizes.length === 0) return null;
  const tables = totalsOf(sizes);
  const total = tables.reduce((sum, { data, indexes }) => sum + data + indexes, 0);
  const knowsRows = tables.some(({ rows }) => rows !== null);
  return (
    <Section
      title="Sizes"
      isFlush
      aside={`${formatBytes(total)} in ${countOf(tables.length, 'table')}`}
    >
      <TableRegion
        label="Sizes of tables"
        maxHeight="28rem"
        className="rounded-none border-0"
        isDense
      >
        <Thead>
          <tr>
            <Th>Table</Th>
            {knowsRows ? <Th align="right">Rows</Th> : null}
            <Th align="right" className="max-sm:hidden">
              Data
            </Th>
            <Th align="right" className="max-sm:hidden">
              Indexes
            </Th>
            <Th align="right">Total</Th>
            <Th align="right" className="max-sm:hidden">
              Share
            </Th>
          </tr>
        </Thead>
        <tbody>
          {tables.map(({ table, rows, data, indexes, indexCount }) => (
            <Tr key={table}>
              <Td className="mono">{table}</Td>
              {knowsRows ? (
                <Td align="right" className="num">
                  {rows === null ? <None word="not known" /> : formatCount(rows)}
                </Td>
              ) : null}
              <Td align="right" className="num max-sm:hidden">
                {formatBytes(data)}
              </Td>
              <Td align="right" className="num max-sm:hidden">
                {indexCount === 0 ? (
                  <None />
                ) : (
                  <>
                    {formatBytes(indexes)} <span className="text-ink-3">in {indexCount}</span>
                  </>
                )}
              </Td>
              <Td align="right" className="num">
                {formatBytes(data + indexes)}
              </Td>
              <Td align="right" className="num text-ink-2 max-sm:hidden">
                {formatShare(data + indexes, total)}
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
    </Section>
  );
}
