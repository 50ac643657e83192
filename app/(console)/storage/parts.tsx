/** What is stored, in parts: the largest first, with what each grows by a day. */
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatBytes, formatCount, formatShare } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { StoredPart } from '#lib/storage/read-storage.ts';

const mostShown = 100;

export function Parts({
  title,
  aside,
  parts,
  heads,
  href,
}: {
  readonly title: string;
  readonly aside: string;
  readonly parts: readonly StoredPart[];
  /** Of the name and, where parts have one, of what it is divided by. */
  readonly heads: readonly string[];
  readonly href?: (part: StoredPart) => string;
}) {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const knowsRows = parts.some(({ rows }) => rows !== null);
  const more = parts.length - mostShown;
  return (
    <Section title={title} aside={aside} isFlush>
      <TableRegion label={title} maxHeight="28rem" className="rounded-none border-0" isDense>
        <Thead>
          <tr>
            {heads.map((head) => (
              <Th key={head}>{head}</Th>
            ))}
            {knowsRows ? (
              <Th align="right" className="max-sm:hidden">
                Rows
              </Th>
            ) : null}
            <Th align="right">Bytes</Th>
            <Th align="right" className="max-sm:hidden">
              Share
            </Th>
            <Th align="right">A day</Th>
          </tr>
        </Thead>
        <tbody>
          {parts.slice(0, mostShown).map((part) => (
            <Tr key={`${part.name} ${part.part}`}>
              <Td className={href ? '' : 'mono'}>
                {href ? (
                  <Link href={href(part)} className="link">
                    <bdi>{part.name}</bdi>
                  </Link>
                ) : (
                  part.name
                )}
              </Td>
              {heads.length > 1 ? (
                <Td>
                  <bdi>{part.part}</bdi>
                </Td>
              ) : null}
              {knowsRows ? (
                <Td align="right" className="num max-sm:hidden">
                  {part.rows === null ? <None word="not known" /> : formatCount(part.rows)}
                </Td>
              ) : null}
              <Td align="right" className="num">
                {formatBytes(part.bytes)}
              </Td>
              <Td align="right" className="num text-ink-2 max-sm:hidden">
                {formatShare(part.bytes, total)}
              </Td>
              <Td align="right" className="num">
                <Growth bytesPerDay={part.bytesPerDay} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
      {more > 0 ? (
        <p className="border-t px-3 py-1.5 text-xs text-ink-3">
          The {mostShown} largest are shown, {formatCount(more)} are smaller.
        </p>
      ) : null}
    </Section>
  );
}

function Growth({ bytesPerDay }: { readonly bytesPerDay: number | null }) {
  if (bytesPerDay === null) return <None word="not known yet" />;
  if (Math.abs(bytesPerDay) < 1) return <span className="text-ink-3">0</span>;
  return (
    <>
      {bytesPerDay < 0 ? '−' : '+'}
      {formatBytes(Math.round(Math.abs(bytesPerDay)))}
    </>
  );
}
