/** The time zone of the browser, which the server knows from a cookie: `yesterday` is the reader's. */
export const timeZoneCookie = 'holocron-time-zone';
