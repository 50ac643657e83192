/** The headers that `front-door.ts` writes on every request. */
export const peerHeader = 'x-console-peer';
export const backgroundHeader = 'x-console-background';
