/** What was found and is no item, by why: no list is cut without a word. */

export const leftOutWords = {
  too_deep: 'links deeper than the source or its run goes',
  over_budget: 'new items beyond the budget of the run',
  over_share: 'new items beyond the most of their host or folder',
  invalid: 'links that can be no item',
  off_site: 'links to other hosts',
  off_list: 'addresses of a list that may not name them: they are on another host',
  excluded: 'addresses that the rules of the source leave out',
  trap: 'addresses that look like an endless list: they repeat or pile up, or are of a calendar years away',
  pages_beyond: 'lists that go on after the last page that is read',
  pages_repeat: 'lists whose next page had been read before',
  page_unknown: 'lists of which nothing tells how they go on',
  page_elsewhere:
    'lists that go on at an address that is not followed: another host, or one too long',
  links_beyond: 'answers with more links than are followed',
  entries_beyond: 'entries beyond the most that are read of a list',
  entries_unnamed: 'entries of lists without the key that would name them, or with one too long',
  ends_early: 'lists and pages that end in the middle, or go on beyond what is read of them',
  nested_beyond: 'lists of lists nested deeper than is followed',
} as const;

export type LeftOutReason = keyof typeof leftOutWords;
export type LeftOut = Readonly<Partial<Record<LeftOutReason, number>>>;

/** Notes that something is left out; by default one of it. */
export type LeaveOut = (reason: LeftOutReason, count?: number) => void;

/** Those that are everybody's daily bread: told with the item, and no news of a run. */
const everyday: ReadonlySet<LeftOutReason> = new Set<LeftOutReason>([
  'off_site',
  'invalid',
  'excluded',
]);

/** The reasons that were noted. */
export const reasonsOf = (leftOut: LeftOut): readonly LeftOutReason[] =>
  // The keys are those of `leftOut`; Object.keys loses that.
  Object.keys(leftOut) as LeftOutReason[];

export const newsOf = (leftOut: LeftOut): LeftOut =>
  // The keys are those of `leftOut`; Object.entries loses that.
  Object.fromEntries(
    (Object.entries(leftOut) as [LeftOutReason, number][]).filter(
      ([reason, count]) => count > 0 && !everyday.has(reason),
    ),
  );

/** `12 links deeper than …; 1 lists that …`. */
export const wordsOfLeftOut = (leftOut: Readonly<Record<string, number>>): string =>
  Object.entries(leftOut)
    .map(([reason, count]) => {
      // A reason of a later version stands for itself.
      const words = (leftOutWords as Readonly<Record<string, string>>)[reason] ?? reason;
      return `${count.toLocaleString('en')} ${words}`;
    })
    .join('; ');

export function countingLeftOut(): { readonly leave: LeaveOut; readonly leftOut: LeftOut } {
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  return {
    leftOut,
    leave(reason, count = 1) {
      if (count > 0) leftOut[reason] = (leftOut[reason] ?? 0) + count;
    },
  };
}
