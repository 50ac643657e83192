/** A text in pieces, so that what tells it from others stays when it is cut. Lengths are in characters as read. */

/** As much of the end of a text always stays: most ids and addresses differ there. */
const keptAtEnd = 14;
/** So much of where it differs, and then of its end. */
const keptPiece = 14;
const keptBehind = 6;

/** The first and third may be cut off, the second and fourth stay. */
export type Pieces = readonly [start: string, piece: string, rest: string, end: string];

/** @param differsAt how much of its start others have too; absent = nothing is known of others */
export function piecesOf(text: string, differsAt = 0): Pieces {
  const all = [...text];
  const cut = (from: number, to?: number) => all.slice(from, to).join('');
  if (all.length <= 2 * keptAtEnd) return [text, '', '', ''];
  const end = all.length - keptAtEnd;
  // The word that it differs in, where that begins nearby.
  const word = /[\p{L}\p{N}]{1,3}$/u.exec(cut(Math.max(0, differsAt - 4), differsAt))?.[0] ?? '';
  const from = differsAt - [...word].length;
  // It is seen at its start, or stays with its end.
  if (differsAt < keptPiece || from >= end) return [cut(0, end), '', '', cut(end)];
  const rest = from + keptPiece;
  if (rest >= all.length - keptBehind - 2) return [cut(0, from), cut(from), '', ''];
  return [cut(0, from), cut(from, rest), cut(rest, -keptBehind), cut(-keptBehind)];
}
