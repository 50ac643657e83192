/** How much a value holds, as far as anybody needs to know. */

/** Characters, bytes and values, counted until they are more than `most`: then whatever is above it. */
export function sizeOf(value: unknown, most: number): number {
  const open = [value];
  let size = 0;
  while (open.length > 0 && size <= most) {
    const next = open.pop();
    size += 1;
    if (typeof next === 'string') size += next.length;
    else if (ArrayBuffer.isView(next)) size += next.byteLength;
    else if (typeof next === 'object' && next !== null) {
      const isList = Array.isArray(next);
      const keys = isList ? next : Object.keys(next);
      if (keys.length > most) return keys.length;
      for (const one of keys) {
        if (!isList) size += one.length;
        open.push(isList ? one : Reflect.get(next, one));
      }
    }
  }
  return size;
}
