/** The header that has a browser save an answer, under a name that no system takes for anything but a name. */

/** Of what is left after cutting; systems take 255 bytes, and browsers add ` (1)`. */
const longestName = 120;
/** Longer ones are no ending. */
const longestEnding = 12;

/** Devices of Windows, whatever ending they have. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i;

/**
 * Control characters, what ends or begins a path or means something to a shell or a file system, and marks by which
 * `exe.txt` is shown as `txt.exe`.
 */
const unwanted = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}"*/:<>?\\|%]/gu;

/** `Content-Disposition: attachment` of RFC 6266: the name in ASCII for all, and as it is (RFC 8187) where it is more. */
export function attachmentNamed(name: string): string {
  const whole = safeName(name);
  const ascii = whole.replaceAll(/[^\x20-\x7e]/g, '_');
  const asItIs = ascii === whole ? '' : `; filename*=UTF-8''${encoded(whole)}`;
  return `attachment; filename="${ascii}"${asItIs}`;
}

function safeName(name: string): string {
  const plain = name.normalize('NFC').toWellFormed().replaceAll(unwanted, '_').trim();
  // Hidden files, the folder itself and the one above; Windows takes dots and blanks away from the end.
  const bare = plain.replace(/^[.\s]+/, '').replace(/[.\s]+$/, '');
  const kept = cut(bare === '' ? 'file' : bare);
  return devices.test(kept) ? `_${kept}` : kept;
}

/** Its ending is kept, by which systems know what opens it. */
function cut(name: string): string {
  const characters = [...name];
  if (characters.length <= longestName) return name;
  const at = characters.lastIndexOf('.');
  const ending = at > 0 && characters.length - at <= longestEnding ? characters.slice(at) : [];
  return [...characters.slice(0, longestName - ending.length), ...ending].join('');
}

/** What RFC 8187 leaves as it is, `attr-char`, is less than what encodeURIComponent does. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
