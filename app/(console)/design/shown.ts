/** Whether the design page is there: in development, and where the tests ask for it. */
export const isDesignShown = (): boolean =>
  process.env.NODE_ENV === 'development' || process.env['INGEST_DESIGN_PAGE'] === '1';
