/** The end of an id tells siblings apart: UUIDv7 begin with the time. Usable on server and client. */
export const shortId = (id: string): string => (id.length > 12 ? id.slice(-8) : id);
