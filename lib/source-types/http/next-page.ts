/** The request for the page after an answer, and what ends a list. Pure. */
import { z } from 'zod';
import { hashJson } from '#lib/canonical-json.ts';
import { type JsonObject, type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import type { LeaveOut } from '../left-out.ts';
import { baseOf } from '../web/addresses.ts';
import { linkOf } from '../web/headers.ts';
import { addressesIn, nodesAt, rowsAt, valuesAt } from '../web/selector.ts';
import { type PagingRules, usualField } from './paging.ts';
import { parameterOf, type RequestParts, withParameter } from './request-parts.ts';

export interface PagedAnswer {
  readonly request: RequestParts;
  /** The address that answered, redirects followed: addresses of the answer are relative to it. */
  readonly answeredBy: string;
  /** Lower-case names; empty when they are not known. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: WrittenJson;
  /** The page's text when the answer was no JSON. */
  readonly html: string | null;
  /** Of the item: which page it was, and what came before it. */
  readonly metadata: JsonObject | null;
  /** Whether the item is a seed or a further page of one, and so a list. */
  readonly isList: boolean;
}

export interface NextPage {
  readonly request: RequestParts;
  readonly metadata: JsonObject;
}

const progress = z.object({
  page: z.int().positive().catch(1),
  /** Entries of the pages before. */
  rows: z.int().nonnegative().catch(0),
  /** Digests of the pages before, the first and the latest of them. */
  seen: z.array(z.string()).catch([]),
});

/** A server that begins again does so from its first page, or repeats its last. */
const mostSeen = 20;

/** Null when this was the last one, or the last that is to be read. */
export function nextPage(
  answer: PagedAnswer,
  rules: PagingRules,
  leave: LeaveOut,
): NextPage | null {
  if (rules.by === 'none') return null;
  const before = progress.parse(answer.metadata ?? {});
  const rows = rowsOf(answer, rules);
  if (rows?.length === 0) return null;
  if (answer.isList && isUntold(answer, rules, rows)) leave('page_unknown');
  const request = requestAfter(answer, rules, before, rows?.length ?? null);
  if (request === null || isLast(answer, rules, before, rows?.length ?? 0)) return null;
  const digest = digestOf(rows ?? listedIn(answer, rules) ?? answer.html ?? answer.payload);
  const [first, ...others] = [...before.seen, digest];
  const isRepeated = before.seen.includes(digest);
  if (isRepeated || (rules.max_pages > 0 && before.page >= rules.max_pages)) {
    leave(isRepeated ? 'pages_repeat' : 'pages_beyond');
    return null;
  }
  return {
    request,
    metadata: {
      page: before.page + 1,
      rows: before.rows + (rows?.length ?? 0),
      seen: [first ?? digest, ...others.slice(-mostSeen)],
    },
  };
}

/** The entries of a page; null where nobody says where they are and there is more than one place for them. */
function rowsOf({ payload, isList }: PagedAnswer, rules: PagingRules): WrittenJson[] | null {
  if (rules.rows !== undefined) return rowsAt(payload, rules.rows);
  return rules.by === 'page' && isList && !isTold(rules) ? onlyListIn(payload) : null;
}

/** Whether the rules say by what pages that are counted come to an end. */
const isTold = ({ field, stop_field: stop }: PagingRules): boolean =>
  stop !== undefined || field !== usualField;

/** The answer itself where it is a list, or the only list among its members, as most APIs answer. */
function onlyListIn(payload: WrittenJson): WrittenJson[] | null {
  if (Array.isArray(payload)) return payload;
  if (!isContainer(payload)) return null;
  const lists = Object.values(payload).filter((member) => Array.isArray(member));
  return lists.length === 1 ? (lists[0] ?? null) : null;
}

/** Whether there may be a further page, and nothing says how to ask for it: no entries to go by, or a cursor that is no value. */
function isUntold(
  { payload }: PagedAnswer,
  rules: PagingRules,
  rows: readonly WrittenJson[] | null,
): boolean {
  const nodes = nodesAt(payload, rules.field);
  if (rules.by === 'page') return rows === null && nodes.length === 0 && !isTold(rules);
  if (rules.by === 'link' || rules.by === 'offset') return false;
  const values = nodes.filter((node) => node !== null && !isEmptyContainer(node));
  return values.length > 0 && values.every(isContainer);
}

const isContainer = (node: WrittenJson): node is WrittenJson[] | WrittenObject =>
  typeof node === 'object' && node !== null && !(node instanceof WrittenNumber);

const isEmptyContainer = (node: WrittenJson): boolean =>
  isContainer(node) && Object.keys(node).length === 0;

/** The entries as far as the path of page numbers tells them: beside them may stand the time of the answer. */
function listedIn({ payload }: PagedAnswer, { by, field }: PagingRules): string[] | null {
  const values = by === 'page' ? valuesAt(payload, field, 'any') : [];
  return values.length === 0 ? null : values;
}

const digestOf = (content: WrittenJson): string => hashJson(content).slice(0, 16);

function requestAfter(
  { request, answeredBy, headers, payload, html }: PagedAnswer,
  rules: PagingRules,
  { page }: z.infer<typeof progress>,
  rows: number | null,
): RequestParts | null {
  const { parameter, put_in: place } = rules;
  const at = (address: string | null | undefined, base = answeredBy): RequestParts | null => {
    const url = address ? URL.parse(address, base) : null;
    return url === null || [request.url, answeredBy].includes(url.href)
      ? null
      : { ...request, url: url.href };
  };
  const put = (text: string, isNumber: boolean): RequestParts | null =>
    text === parameterOf(request, parameter, place)
      ? null
      : withParameter(request, parameter, { text, isNumber }, place);
  switch (rules.by) {
    case 'none':
      return null;
    case 'link': {
      const said = linkOf(headers['link'], 'next');
      if (said !== null || html === null) return at(said);
      const { addresses, base } = addressesIn(html, nextLinks);
      return at(addresses[0], baseOf(base, answeredBy));
    }
    case 'next':
      return at(valuesAt(payload, rules.field).find((value) => value !== ''));
    case 'cursor': {
      const cursor = valuesAt(payload, rules.field).find((value) => value !== '');
      if (cursor === undefined) return null;
      // Some APIs give the whole address of the next page where others give a value; Base64 may begin with a slash.
      return place === 'address' && /^https?:\/\//.test(cursor) ? at(cursor) : put(cursor, false);
    }
    case 'last_row': {
      const last = valuesAt(payload, rules.field).at(-1);
      return last === undefined || last === '' ? null : put(last, false);
    }
    case 'page': {
      // Without a path of its own, the one of the cursor says where the entries are, or the answer whether that was all.
      if (rows === null && valuesAt(payload, rules.field, 'any').length === 0) {
        if (rules.stop_field === undefined || nodesAt(payload, rules.stop_field).length === 0)
          return null;
      }
      return put(sum(parameterOf(request, parameter, place), String(page), 1), true);
    }
    case 'offset':
      return put(sum(parameterOf(request, parameter, place), '0', rows ?? 0), true);
  }
}

const nextLinks = ['link[rel~=next]', 'a[rel~=next]'];

/** Of whole numbers of any length. */
const sum = (text: string | null, otherwise: string, step: number): string =>
  String(BigInt(text !== null && /^\d{1,30}$/.test(text) ? text : otherwise) + BigInt(step));

/** Whether the answer says that it was the last. What it does not say is found out by asking. */
function isLast(
  { payload, request }: PagedAnswer,
  rules: PagingRules,
  before: z.infer<typeof progress>,
  rows: number,
): boolean {
  const [said] = rules.stop_field === undefined ? [] : nodesAt(payload, rules.stop_field);
  if (said === undefined) return false;
  if (rules.stop_means === 'more') {
    const isEmpty = Array.isArray(said) && said.length === 0;
    return (
      isEmpty || said === null || ['', 'false', '0', 'no'].includes(String(said).toLowerCase())
    );
  }
  const total = Number(said);
  const isNumber = typeof said !== 'object' || said instanceof WrittenNumber;
  if (!Number.isFinite(total) || !isNumber) return false;
  // A total of fewer than have come (0, -1, that of another list) is none.
  if (rules.stop_means === 'pages') return total > 0 && before.page >= total;
  const start = rules.by === 'offset' ? parameterOf(request, rules.parameter, rules.put_in) : null;
  const soFar = (start === null ? before.rows : Number(start)) + rows;
  return total >= before.rows + rows && soFar >= total;
}
