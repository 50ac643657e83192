/** Headers as lines of text, `Name: value`, which is how a form keeps them. */

export function headerOfLine(line: string): { readonly name: string; readonly text: string } {
  const colon = line.indexOf(':');
  // Without a colon the whole line is a name.
  return colon < 0
    ? { name: line, text: '' }
    : { name: line.slice(0, colon), text: line.slice(colon + 1).replace(/^ /, '') };
}

/** A colon would end the name: it is left out, as no header's name has one. */
export const lineOfHeader = (name: string, text: string): string =>
  `${name.replaceAll(':', '')}: ${text}`;

/** True for a row that nobody has filled in. */
export const isBlankLine = (line: string): boolean => /^\s*:?\s*$/.test(line);
