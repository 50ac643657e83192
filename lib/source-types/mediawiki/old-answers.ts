/**
 * Answers of wikis that know no `formatversion=2` (before 1.25) or no slots (before 1.32), in the form of today's. See
 * https://www.mediawiki.org/wiki/API:JSON_version_2
 */
import type { JsonObject, JsonValue } from '#lib/json.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members that stand there, empty, where they are true. */
const flags = ['missing', 'invalid', 'special', 'known', 'redirect', 'new', 'minor'];

export function inTodaysForm(answer: JsonValue): JsonValue {
  if (!isObject(answer)) return answer;
  const { 'query-continue': old, ...rest } = answer;
  return {
    ...rest,
    ...(isObject(old) && answer['continue'] === undefined ? { continue: joined(old) } : {}),
    ...(isObject(answer['query']) ? { query: queryOf(answer['query']) } : {}),
    ...(isObject(answer['parse']) ? { parse: parseOf(answer['parse']) } : {}),
  };
}

/** `{ links: { plcontinue: … }, categories: { clcontinue: … } }`: each list continues by itself. */
const joined = (lists: JsonObject): JsonObject =>
  Object.assign({}, ...Object.values(lists).filter(isObject));

function queryOf(query: JsonObject): JsonObject {
  const { pages } = query;
  const list = isObject(pages) ? Object.values(pages) : pages;
  return Array.isArray(list)
    ? { ...query, pages: list.map((page) => (isObject(page) ? pageOf(page) : page)) }
    : query;
}

function pageOf(page: JsonObject): JsonObject {
  const { revisions } = page;
  return {
    ...withFlags(page),
    ...(Array.isArray(revisions)
      ? { revisions: revisions.map((one) => (isObject(one) ? revisionOf(one) : one)) }
      : {}),
  };
}

function revisionOf({ '*': text, ...revision }: JsonObject): JsonObject {
  const content = text ?? revision['content'];
  if (revision['slots'] !== undefined || content === undefined) return withFlags(revision);
  return { ...withFlags(revision), slots: { main: { content } } };
}

const withFlags = (object: JsonObject): JsonObject =>
  flags.some((flag) => object[flag] === '')
    ? Object.fromEntries(
        Object.entries(object).map(([name, value]) => [
          name,
          value === '' && flags.includes(name) ? true : value,
        ]),
      )
    : object;

const parseOf = (parse: JsonObject): JsonObject => ({
  ...parse,
  ...(isObject(parse['text']) ? { text: parse['text']['*'] ?? '' } : {}),
});
