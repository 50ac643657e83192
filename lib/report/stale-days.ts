/** What was not fetched for so many days is stale. Apart, for pages need it without the queries. */
export const staleDays = 30;
