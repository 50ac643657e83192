/** What a chip says of a value. */
import { shortId } from '#app/ui/num.tsx';
import type { DescribedFilter } from '#lib/filters/filter.ts';

export function valueInWords(filter: DescribedFilter, value: string): string {
  const { kind, options = [], unit, values } = filter;
  if (kind === 'flag') return 'yes';
  if (kind === 'choices') {
    return value
      .split(',')
      .map((one) => options.find((option) => option.value === one)?.label ?? one)
      .join(', ');
  }
  if (values === 'runs' && value.length === 36) return shortId(value);
  return unit ? `${value} ${unit}` : value;
}
