/** Skipped items by why they were skipped; each reason leads to its items. */
import { CircleCheck } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { readSkipped } from '#lib/items/skipped.ts';
import { countInWords } from '#lib/items/words.ts';
import { type RawParameters, readParameters, textParameter } from '#lib/paging/parameters.ts';

export const metadata: Metadata = { title: 'Skipped items' };

const parameters = { source: textParameter(100) };
const back = { href: '/work-items', label: 'Work items' };

export default async function SkippedPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const { values, problems } = readParameters(parameters, await searchParams);
  const { source } = values;
  const loaded = await loadPage(({ reads, sight }) => readSkipped(reads, source, sight));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Skipped items" back={back} />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href="/skipped">Try again</LinkButton>}
        />
      </>
    );
  }
  const { total, reasons, byPerson } = loaded.data;
  const href = (more: Readonly<Record<string, string>> = {}) =>
    `/work-items?${new URLSearchParams({ status: 'skipped', ...(source === undefined ? {} : { source }), ...more })}`;
  const isEmpty = total.kind === 'exact' && total.count === 0;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Skipped items"
        back={back}
        meta={
          <span>
            {countInWords(total)} in all
            {source === undefined ? null : (
              <>
                {' '}
                of <bdi>{source}</bdi>
              </>
            )}
          </span>
        }
        actions={
          source === undefined ? null : <LinkButton href="/skipped">Of all sources</LinkButton>
        }
      />
      <ParameterProblems problems={problems} />
      {isEmpty ? (
        <EmptyState icon={<CircleCheck aria-hidden />} title="No item was skipped">
          Items are skipped when a site or the source’s rules do not want them fetched, when what
          was there is gone, or by a person.
        </EmptyState>
      ) : (
        <TableRegion label="Skipped items by reason">
          <Thead>
            <tr>
              <Th>Why</Th>
              <Th className="max-sm:hidden">Code</Th>
              <Th align="right">Items</Th>
            </tr>
          </Thead>
          <tbody>
            {reasons.map(({ code, why, count }) => (
              <Tr key={code}>
                <Td className="w-full min-w-56 whitespace-normal">{why}</Td>
                <Td className="mono max-sm:hidden">{code}</Td>
                <Td align="right">
                  <Link href={href({ error: code })} className="link num">
                    {countInWords(count)}
                  </Link>
                </Td>
              </Tr>
            ))}
            {byPerson === 0 ? null : (
              <Tr>
                <Td className="w-full min-w-56 whitespace-normal">
                  A person skipped them, or their run was cancelled.
                </Td>
                <Td className="max-sm:hidden" />
                <Td align="right">
                  {byPerson === null ? (
                    <Link href={href()} className="link">
                      the others
                    </Link>
                  ) : (
                    <span className="num">{countInWords({ kind: 'exact', count: byPerson })}</span>
                  )}
                </Td>
              </Tr>
            )}
          </tbody>
        </TableRegion>
      )}
    </>
  );
}
