/** Which page a request is for, for what is drawn on the server: `proxy.ts` writes it on every request. */
export const addressHeader = 'x-console-address';

/** On a poll of a page whose person did something since the last one. */
export const personHeader = 'x-console-person';

/** Where somebody whose password was chosen by another is led, from every page. */
export const newPasswordPath = '/new-password';

/** The sign-in page for somebody whose session has ended; it leads back to that address. */
export const signInAgain = (address: string): string =>
  `/sign-in?${new URLSearchParams({ reason: 'ended', next: address })}`;
