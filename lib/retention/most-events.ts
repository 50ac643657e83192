/** The run log holds no more events than this, whatever their age. Apart, for pages need it without schemas. */
export const mostEvents = 1_000_000;
