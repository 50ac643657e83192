/** What travels unencrypted: whoever stands on the way reads it, and may change it. */

/**
 * Whether this is the machine at hand, where nobody stands between: `localhost` and names below it (RFC 6761, 6.3),
 * 127.0.0.0/8, `::1`. A host name or address, with or without brackets.
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(name);
}

/** Whether what is sent to this address travels in clear beyond this machine. An address without TLS is taken for one in clear. */
export function isInClear({ protocol, hostname }: Pick<URL, 'protocol' | 'hostname'>): boolean {
  return protocol !== 'https:' && !isLoopbackHost(hostname);
}
