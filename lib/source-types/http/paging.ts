/** Where the next page of an answer is. Pure. */
import type { JsonValue } from '#lib/json.ts';
import { linkOf } from './link-header.ts';
import { addressesIn, valuesAt } from './selector.ts';
import type { HttpSettings } from './settings.ts';

export interface PagedAnswer {
  readonly requestUri: string;
  /** Lower-case names; empty when they are not known. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonValue;
  /** The page's text when the answer was no JSON. */
  readonly html: string | null;
  /** Which page it was, from 1. */
  readonly page: number;
}

/** The address of the next page, resolved; null when this was the last one. */
export function nextPage(answer: PagedAnswer, rules: HttpSettings['paging']): string | null {
  if (rules.by === 'none' || (rules.max_pages > 0 && answer.page >= rules.max_pages)) return null;
  const address = addressOf(answer, rules);
  const next = address === null ? null : URL.parse(address, answer.requestUri);
  return next === null || next.href === answer.requestUri ? null : next.href;
}

function addressOf(answer: PagedAnswer, rules: HttpSettings['paging']): string | null {
  switch (rules.by) {
    case 'none':
      return null;
    case 'link':
      return (
        linkOf(answer.headers['link'], 'next') ??
        (answer.html === null
          ? null
          : (addressesIn(answer.html, ['link[rel~=next]', 'a[rel~=next]']).addresses[0] ?? null))
      );
    case 'cursor': {
      const [cursor] = valuesAt(answer.payload, rules.field).filter((value) => value !== '');
      if (cursor === undefined) return null;
      // Some APIs give the whole address of the next page, others a word for the query.
      return /^(https?:\/\/|\/|\?)/.test(cursor)
        ? cursor
        : withParameter(answer.requestUri, rules.parameter, cursor);
    }
    case 'page': {
      if (valuesAt(answer.payload, rules.field, 'any').length === 0) return null;
      const number = new URL(answer.requestUri).searchParams.get(rules.parameter);
      const current = number !== null && /^\d{1,9}$/.test(number) ? Number(number) : answer.page;
      return withParameter(answer.requestUri, rules.parameter, String(current + 1));
    }
  }
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.href;
}
