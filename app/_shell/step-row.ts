/** What a row is entered by. */
const controls = 'a[href], button, summary';

/**
 * Moves the focus to the next (+1) or previous (-1) row of the table it is in, or else of the page's first
 * one. False where there is none; the grid of work items has keys of its own.
 */
export function stepRow(by: 1 | -1): boolean {
  const focused = document.activeElement;
  const table = focused?.closest('main table') ?? document.querySelector('main table');
  if (!table || table.querySelector('tr[data-row]')) return false;
  const rows = [...table.querySelectorAll('tbody tr')].flatMap((row) => {
    const control = row.querySelector<HTMLElement>(controls);
    return control ? [{ row, control }] : [];
  });
  const at = rows.findIndex(({ row }) => row.contains(focused));
  const next = rows[at < 0 ? 0 : at + by];
  next?.control.focus();
  next?.row.scrollIntoView({ block: 'nearest' });
  return rows.length > 0;
}
