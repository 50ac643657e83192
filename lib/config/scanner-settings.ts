/** The clamd that is asked about what leaves as a file. */

/** As `net.connect` takes it. */
export type ScannerSettings =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

const usualPort = 3310;

/** `clamd.internal:3310`, `clamd.internal`, `[::1]:3310`, or the path of a socket; null = not understood. */
export function scannerSettings(text: string): ScannerSettings | null {
  if (text.startsWith('/')) return { path: text };
  const [, v6, name, port] =
    /^(?:\[([\da-f:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? usualPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? null : { host, port: number };
}
