/** Writes pages as the XML that `maintenance/importDump.php` reads (export schema 0.11). */
import type { WikiPage } from './pages.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escapeXml = (text: string) => text.replace(/[&<>"]/g, (found) => escapes[found] ?? found);

/** One revision a page, all of one moment, numbered from 1. */
export function toDump(pages: readonly WikiPage[]): string {
  const body = pages.map((page, index) => element(page, index + 1)).join('\n');
  return `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n${body}\n</mediawiki>\n`;
}

function element(page: WikiPage, id: number): string {
  return `<page><title>${escapeXml(page.title)}</title><ns>${page.namespace}</ns><id>${id}</id><revision><id>${id}</id>\
<timestamp>2024-01-01T00:00:00Z</timestamp><contributor><username>Importer</username></contributor>\
<model>wikitext</model><format>text/x-wiki</format><text xml:space="preserve">${escapeXml(page.text)}</text></revision></page>`;
}
