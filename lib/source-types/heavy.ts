/** The heavy tasks of source types, for the program of the threads. */
import './discover-items.ts';
import './feed/entries.ts';
import './http/api-errors.ts';
import './http/entries.ts';
import './http/sitemap.ts';
import './web/feed.ts';
import './web/heavy-reading.ts';
import './web/json-lines.ts';
import './web/page-text.ts';
