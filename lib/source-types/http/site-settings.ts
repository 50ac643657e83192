/** The group `site` of the settings: which pages of a site are meant, and under which addresses. */
import { z } from 'zod';
import { grouped, wholeNumber } from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { patternFault } from './patterns.ts';

const pattern = z
  .string('give patterns as text')
  .trim()
  .min(1, 'must not be empty')
  .max(500, 'at most 500 characters')
  .superRefine((text, context) => {
    const fault = patternFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

const patterns = z.array(pattern).max(200, 'at most 200').default([]);

/** `/blog/ 200`, `https://example.org/blog/ 200`. */
export const folderShare = /^((?:https?:\/\/[^\s/]+)?\/\S{0,500})\s+(\d{1,7})$/i;

export const siteSettings = z
  .strictObject({
    include: patterns,
    exclude: patterns,
    skip_extensions: z
      .array(
        z
          .string('give extensions as text')
          .trim()
          .toLowerCase()
          .transform((text) => text.replace(/^\*?\./, ''))
          .pipe(z.string().regex(/^[a-z0-9]{1,20}$/, 'give an extension such as pdf')),
      )
      .max(200, 'at most 200')
      .default([]),
    content_types: z
      .array(
        z
          .string('give content types as text')
          .trim()
          .toLowerCase()
          .regex(
            /^[\w!#$&^.+-]{1,99}\/(\*|[\w!#$&^.+-]{1,99})$/,
            'give a content type such as text/html or image/*',
          ),
      )
      .max(50, 'at most 50')
      .default([]),
    most_per_host: wholeNumber(0, 1_000_000).default(0),
    most_per_folder: z
      .array(
        z
          .string('give a folder and a number')
          .trim()
          .regex(folderShare, 'give the beginning of a path and a number, such as /blog/ 200'),
      )
      .max(50, 'at most 50')
      .default([]),
    drop_tracking: z.boolean().default(true),
    drop_sessions: z.boolean().default(false),
    skip_traps: z.boolean().default(true),
    extract_text: z.boolean().default(false),
  })
  .prefault({});
export type SiteSettings = z.infer<typeof siteSettings>;

export const siteHints: Readonly<Record<string, FieldHint>> = grouped('Pages of a site', {
  'site.include': {
    label: 'Only these pages',
    help: 'Links and sitemap entries that are followed, one pattern a line; empty = all. /docs/ is the beginning of a path, * stands for any characters (/docs/*.html), re: begins a regular expression of RE2 (re:^/20\\d\\d/). With https:// the whole address is meant. Seeds are fetched anyway.',
    widget: 'lines',
    placeholder: '/docs/',
  },
  'site.exclude': {
    label: 'Not these pages',
    help: 'Patterns as above, one a line. They win over those above.',
    widget: 'lines',
    placeholder: '/docs/old/*',
  },
  'site.skip_extensions': {
    label: 'Not these extensions',
    help: 'Links whose path ends in one of these are not followed, one a line.',
    widget: 'lines',
    placeholder: 'zip',
  },
  'site.content_types': {
    label: 'Only these content types',
    help: 'What is stored, by the content type of the answer, one a line; image/* stands for all images. Other answers are skipped. Empty = all.',
    widget: 'lines',
    placeholder: 'text/html',
  },
  'site.most_per_host': {
    label: 'Pages of a host',
    help: 'Most pages of one host that are found and taken into the queue; 0 = all. Seeds are taken anyway.',
    widget: 'number',
  },
  'site.most_per_folder': {
    label: 'Pages of a folder',
    help: 'Most pages below the beginning of a path, one a line: /blog/ 200. What is beyond is left out, and told.',
    widget: 'lines',
    placeholder: '/blog/ 200',
  },
  'site.drop_tracking': {
    label: 'Leave tracking parameters out',
    help: 'Takes utm_*, fbclid, gclid and the like off all addresses, so that a page is one page.',
    widget: 'switch',
  },
  'site.drop_sessions': {
    label: 'Leave session ids out',
    help: 'Takes PHPSESSID, jsessionid, sid and the like off all addresses, for sites that put them there.',
    widget: 'switch',
  },
  'site.skip_traps': {
    label: 'Avoid traps',
    help: 'Leaves out addresses as only endless lists make them: path segments that repeat, parameters piled up, calendars years away. What is left out is told.',
    widget: 'switch',
  },
  'site.extract_text': {
    label: 'Title and main text',
    help: 'Stores beside each page its title and its main text, without menus and the like. What counts as a change stays the page.',
    widget: 'switch',
  },
});
