/** Answers of the API against the OpenAPI document, closed: what is not described is a fault. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type JsonSchema, openApi } from '#lib/api/openapi.ts';

/** Says of each object that it holds nothing more. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [
      key,
      key === 'properties' || key === '$defs'
        ? Object.fromEntries(
            Object.entries(part as JsonSchema).map(([name, one]) => [name, closed(one)]),
          )
        : closed(part),
    ]),
  );
  return 'properties' in parts ? { ...parts, additionalProperties: false } : parts;
}

/** The name that problems are checked by, as if they were an operation's answer. */
export const problemId = 'Problem';

/** The schema of an operation's JSON; null where it answers with none. */
export function answerSchemas(): ReadonlyMap<string, JsonSchema> {
  const operations = Object.values(openApi().paths).flatMap((methods) => Object.values(methods));
  return new Map(
    operations.flatMap(({ operationId, responses }) => {
      const done = responses['2XX'] as
        | { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
        | undefined;
      const schema = done?.content['application/json']?.schema;
      return schema ? [[operationId, schema] as const] : [];
    }),
  );
}

/** What is wrong with answers, by the operation that gave them; nothing when all is as the document says. */
export function answerChecker(): (operationId: string, answer: unknown) => readonly string[] {
  const { Problem = {} } = openApi().components.schemas;
  const schemas = new Map([...answerSchemas(), [problemId, Problem]]);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: closed(openApi().components) as JsonSchema });
  const compiled = new Map<string, ValidateFunction>();
  return (operationId, answer) => {
    const schema = schemas.get(operationId);
    if (!schema) return [`${operationId} answers with no JSON`];
    const text = JSON.stringify(closed(schema)).replaceAll(
      '"#/components',
      '"document#/components',
    );
    const validate = compiled.get(operationId) ?? ajv.compile(JSON.parse(text));
    compiled.set(operationId, validate);
    if (validate(answer)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${operationId} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
