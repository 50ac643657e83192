import { cx } from './cx.ts';
import { withVisibleMarks } from './foreign-text.tsx';
import { piecesOf } from './pieces-of.ts';

/** In a line of its own width: what does not fit is cut in the middle. */
export function MiddleCut({
  text,
  differsAt,
  className,
}: {
  readonly text: string;
  /** In a list, what it has in common with the others at its start (`whereTextsDiffer`): what follows stays. */
  readonly differsAt?: number | undefined;
  readonly className?: string;
}) {
  const [start, piece, rest, end] = piecesOf(withVisibleMarks(text), differsAt);
  return (
    <bdi className={cx('flex min-w-0', className)}>
      <span className="truncate whitespace-pre">{start}</span>
      {piece === '' ? null : <span className="shrink-0 whitespace-pre">{piece}</span>}
      {rest === '' ? null : <span className="truncate whitespace-pre">{rest}</span>}
      {end === '' ? null : <span className="shrink-0 whitespace-pre">{end}</span>}
    </bdi>
  );
}
