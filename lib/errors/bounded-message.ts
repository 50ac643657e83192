/** Of a message that is kept with an item, an attempt or a run, UTF-16 units: whoever lists them reads them all. */
const longestMessage = 4_000;

/** The message, cut between two characters and with an ellipsis where it is longer than what is kept. */
export function boundedMessage<T extends string | null>(
  message: T,
  longest = longestMessage,
): T | string {
  if (message === null || message.length <= longest) return message;
  const kept = message.slice(0, longest - 1);
  // The first half of a character that takes two.
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
