/** Which page a request is for, for what is drawn on the server: `proxy.ts` writes it on every request. */
export const addressHeader = 'x-console-address';
