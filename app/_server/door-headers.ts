/** The headers that `front-door.ts` writes on every request. */
export const peerHeader = 'x-console-peer';
/** As it was asked; a route for GET answers HEAD as well, without knowing. */
export const methodHeader = 'x-console-method';
export const backgroundHeader = 'x-console-background';
/** `method` where the method is one that nothing here knows. */
export const refusedHeader = 'x-console-refused';

/** Of what is no page. `proxy.ts` does not see static files, and gives everything else a policy of its own. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
