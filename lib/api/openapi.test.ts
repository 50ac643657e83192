import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerSchemas } from '#test/api-schemas.ts';
import { openApi } from './openapi.ts';
import { endpoints, matchEndpoint } from './registry.ts';

/** What a person does in the console, and with which endpoint a program does it; else why none does. */
const programs: Readonly<Record<string, string>> = {
  save: 'sources.create sources.update',
  test: 'sources.test sources.try',
  pause: 'sources.pause',
  comment: 'sources.comment',
  resume: 'sources.resume',
  remove: 'sources.delete',
  rollBack: 'sources.revisions sources.update',
  planYamlImport: 'sources.plan',
  importYaml: 'sources.import',
  launch: 'runs.launch',
  previewLaunch: 'runs.preview',
  recrawl: 'runs.recrawl',
  rerunFailed: 'runs.retry',
  controlRun: 'runs.pause runs.resume runs.stop runs.cancel',
  previewChange: 'bulk-actions.preview',
  changeSelected: 'items.change',
  setRefetch: 'items.change',
  launchChange: 'bulk-actions.launch',
  retryCluster: 'bulk-actions.launch',
  stopBulkAction: 'bulk-actions.stop',
  setSpeed: 'bulk-actions.set-speed',
  undo: 'bulk-actions.undo',
  carryOut: 'bulk-actions.carry-out',
  runsToJoin: 'runs.list',
  clearBlockAction: 'hosts.clear-block',
  blockHostAction: 'hosts.block',
  tryRobotsAction: 'hosts.try-robots',
  keepWorkerAction: 'workers.keep',
  acknowledgeAlertAction: 'alerts.acknowledge',
  decideQuarantinesAction: 'quarantines.decide',
  decideItemsAction: 'quarantines.decide-items',
  muteAction: 'mutes.add',
  endMuteAction: 'mutes.end',
  saveRuleAction: 'alert-rules.set',
  dryRunAction: 'alert-rules.dry-run',
  stopEverythingAction: 'stop.set',
  goOnAction: 'stop.end',
  previewRetentionAction: 'retention.preview',
  addOneAction: 'items.add',
  setHostLimitsAction: 'hosts.set-limits',
  saveScheduleAction: 'schedules.create schedules.update',
  deleteScheduleAction: 'schedules.delete',
  drainWorkerAction: 'workers.drain',
  addChannelAction: 'channels.add',
  changeChannelAction: 'channels.change',
  deleteChannelAction: 'channels.delete',
  testChannelAction: 'channels.test',
  smokeCheckAction: 'database.check',
  changeRetentionAction: 'retention.set',
  verifyAuditAction: 'audit.verify',
};

const people = {
  'how a person likes the console': [
    'keepArrangement',
    'saveView',
    'changeView',
    'deleteView',
    'keepDefaultView',
  ],
  'a stolen token must not make accounts, nor others tokens: they are for people who are signed in':
    [
      'createUserAction',
      'changeUserAction',
      'setUserPasswordAction',
      'changeOwnPasswordAction',
      'endOwnSessionAction',
      'endAllSessionsAction',
      'createTokenAction',
      'revokeTokenAction',
    ],
};

/** Routes of the console that a page or a person reads, and with which endpoint a program does. */
const readByPrograms: Readonly<Record<string, string>> = {
  'api/events': 'runs.events',
  'api/events/stream': 'runs.events',
  'api/export/audit': 'audit.export',
  'api/export/report': 'report.export',
  'api/export/work-items': 'items.export',
  'api/search': 'search',
  'api/work-items/[workItemId]/preview': 'items.get',
  'bulk-actions/[bulkActionId]/refused': 'bulk-actions.refused',
  'records/[ingestId]/payload': 'records.payload',
  'records/[ingestId]/received': 'records.bytes',
  'records/[ingestId]/text': 'records.text',
  'sources/export': 'sources.export',
};

const notForPrograms = {
  'the API itself': ['api/v1/[...path]', 'api/v1/openapi.json'],
  'for the form that asks': ['api/auth/[...nextauth]', 'api/suggest/filters'],
  'probes and metrics have doors of their own': [
    'api/health',
    'api/health/[probe]',
    'api/live',
    'metrics',
  ],
};

const actions = globSync('app/**/*.ts')
  .map((file) => readFileSync(file, 'utf8'))
  .filter((text) => text.startsWith("'use server'"))
  .flatMap((text) => [...text.matchAll(/^export (?:async )?function (\w+)/gm)])
  .map(([, name = '']) => name);

describe('the API', () => {
  const ids = new Set(endpoints.map(({ id }) => id));

  it('has an endpoint for everything that operators do in the console', () => {
    const known = [...Object.keys(programs), ...Object.values(people).flat()];
    expect(new Set(actions)).toEqual(new Set(known));
    for (const names of Object.values(programs)) {
      for (const id of names.split(' ')) expect(ids, id).toContain(id);
    }
  });

  it('has an endpoint for what the routes of the console read', () => {
    const routes = globSync('app/**/route.ts').map((file) =>
      path
        .dirname(file)
        .replace('app/', '')
        .replace(/\(\w+\)\//, ''),
    );
    expect(new Set(routes)).toEqual(
      new Set([...Object.keys(readByPrograms), ...Object.values(notForPrograms).flat()]),
    );
    for (const id of Object.values(readByPrograms)) expect(ids, id).toContain(id);
  });

  it('finds each endpoint by its method and path alone', () => {
    expect(ids.size).toBe(endpoints.length);
    for (const { id, method, path } of endpoints) {
      const segments = path
        .split('/')
        .slice(1)
        .map((part) => part.replace(/[{}]/g, 'x'));
      const found = matchEndpoint(method, segments);
      expect(found && 'endpoint' in found && found.endpoint.id).toBe(id);
    }
    expect(matchEndpoint('GET', ['sources', 'yaml'])).toMatchObject({
      endpoint: { id: 'sources.export' },
    });
    expect(matchEndpoint('PATCH', ['runs'])).toEqual({ allowed: ['GET', 'POST'] });
    expect(matchEndpoint('GET', ['runs', 'a', 'b', 'c'])).toBeNull();
    expect(matchEndpoint('GET', ['runs', ''])).not.toBeNull();
  });
});

describe('the OpenAPI document', () => {
  const document = openApi();

  it('describes every endpoint, and nothing that there is not', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      endpoints.map(({ id }) => id).toSorted(),
    );
    for (const { path, params, id } of endpoints) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(params.shape), id).toEqual(inPath);
    }
  });

  it('refers to nothing that is not in it', () => {
    const text = JSON.stringify(document);
    const targets = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of new Set(targets)) {
      const found = target
        .slice(2)
        .split('/')
        .reduce<unknown>(
          (at, key) => (at as Record<string, unknown> | undefined)?.[key],
          document as unknown,
        );
      expect(found, target).toBeDefined();
    }
  });

  it('says of each answer what is in it, but of what strangers or source types write', () => {
    /** Their shape is not ours: settings and seeds are a source type's, the rest is JSON that was received. */
    const foreign = new Set([
      'settings',
      'seeds',
      'metadata',
      'facts',
      'data',
      'before',
      'after',
      'theirs',
    ]);
    const untold: string[] = [];
    const read = (schema: unknown, at: string, name: string) => {
      if (typeof schema !== 'object' || schema === null || foreign.has(name)) return;
      const {
        properties,
        additionalProperties,
        items,
        anyOf,
        oneOf,
        type,
        enum: of,
        ...rest
      } = schema as Record<string, unknown>;
      const isTold = properties ?? additionalProperties ?? anyOf ?? oneOf ?? of ?? rest['$ref'];
      const isPlain = type !== undefined && !['object', 'array'].includes(String(type));
      if (!isTold && !items && !isPlain && rest['const'] === undefined) untold.push(at);
      for (const [key, part] of Object.entries((properties ?? {}) as object)) {
        read(part, `${at}.${key}`, key);
      }
      read(items, `${at}[]`, name);
      read(additionalProperties, `${at}{}`, name);
      for (const part of [anyOf, oneOf].flat()) read(part, at, name);
    };
    const schemas = answerSchemas();
    expect(schemas.size).toBeGreaterThan(60);
    for (const [id, schema] of schemas) read(schema, id, '');
    expect(untold).toEqual([]);
  });

  it('says of each schema what it takes', () => {
    const { post } = document.paths['/runs'] ?? {};
    const schema = post?.requestBody?.content['application/json']?.schema;
    expect(schema).toMatchObject({
      type: 'object',
      required: ['kind'],
      additionalProperties: false,
      properties: { kind: { enum: ['seed', 'recrawl', 'retry'] } },
    });
    const { get } = document.paths['/items'] ?? {};
    expect(get?.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['source', 'status', 'cursor', 'limit', 'sort']),
    );
  });
});
