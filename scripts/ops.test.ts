/** ops/ against the product: every metric that a rule or panel names is exported, and the chart asks for what is there. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { variableGroups } from '#lib/config/variables.ts';
import { probes } from '#lib/monitoring/probes.ts';
import { exportedMetrics } from '#test/exported-metrics.ts';
import packageFile from '../package.json' with { type: 'json' };
import { workerFlags } from './support/launch-settings.ts';
import { inRoot } from './support/root.ts';

const read = (file: string) => readFileSync(inRoot(file), 'utf8');
const exported = await exportedMetrics();

/** Names of metrics in an expression of PromQL; the series of a histogram stand for it. */
const metricsIn = (expression: string): string[] =>
  [...expression.replaceAll(/"[^"]*"/g, '""').matchAll(/\b(?:holocron|nodejs|process)_\w+/g)].map(
    ([name]) => {
      const whole = name.replace(/_(bucket|sum|count)$/, '');
      return exported.get(whole) === 'histogram' ? whole : name;
    },
  );
const unknownMetrics = (expressions: readonly string[]) =>
  expressions.flatMap(metricsIn).filter((name) => !exported.has(name));

describe('the alert rules', () => {
  const rule = z.strictObject({
    alert: z.string().regex(/^Holocron[A-Z]\w+$/),
    expr: z.string().min(1),
    for: z
      .string()
      .regex(/^\d+[smhd]$/)
      .optional(),
    labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
    annotations: z.strictObject({ summary: z.string().min(1), action: z.string().min(1) }),
  });
  const { groups } = z
    .strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) })
    .parse(parse(read('ops/prometheus/alerts.yml')));
  const rules = groups.flatMap((group) => group.rules);

  it('name metrics that are exported, each rule at least one, and each rule once', () => {
    expect(unknownMetrics(rules.map(({ expr }) => expr))).toEqual([]);
    expect(rules.filter(({ expr }) => metricsIn(expr).length === 0)).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('the board', () => {
  const { panels } = z
    .object({
      uid: z.string(),
      title: z.string(),
      schemaVersion: z.number().int().min(36),
      panels: z.array(
        z.object({
          id: z.number().int(),
          type: z.literal('timeseries'),
          title: z.string().min(1),
          description: z.string().min(1),
          gridPos: z.object({ x: z.number().max(16), y: z.number(), w: z.number(), h: z.number() }),
          targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1) })).min(1),
        }),
      ),
    })
    .parse(JSON.parse(read('ops/grafana/holocron.json')));
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('shows metrics that are exported', () => {
    expect(unknownMetrics(expressions)).toEqual([]);
    expect(expressions.filter((expr) => metricsIn(expr).length === 0)).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('shows every gauge and counter of the product but those that only explain others', () => {
    const shown = new Set(expressions.flatMap(metricsIn));
    const explain = ['holocron_sources_folded', 'holocron_pool_wait_p95_seconds'];
    const rest = [...exported.keys()].filter(
      (name) => name.startsWith('holocron_') && !shown.has(name) && !explain.includes(name),
    );
    expect(rest).toEqual(['holocron_discovered_items_total']);
  });
});

const chart = 'ops/helm/holocron-ingest';

/** As the schemas of Kubernetes' own API have it, which `kubernetes-models` brings along. */
const kinds = { Deployment, Job, Service } as const;

describe('the chart', () => {
  const values: unknown = parse(read(`${chart}/values.yaml`));
  const named = new Set<string>();
  const valueAt = (dotted: string): unknown => {
    named.add(dotted);
    const value = dotted
      .split('.')
      .reduce<unknown>(
        (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
        values,
      );
    if (value === undefined) throw new Error(`values.yaml has no ${dotted}`);
    return value;
  };
  /** The few actions that its templates use; any other fails. */
  const render = (text: string): string =>
    text.replaceAll(/\{\{ (.+?) \}\}/g, (_, action: string) => {
      const [, json, place = '', quoted] =
        /^(toJson )?\.(Values\.[\w.]+|Release\.Name)( \| quote)?$/.exec(action) ?? [];
      if (place === '') throw new Error(`an action that is not known here: ${action}`);
      const value = place === 'Release.Name' ? 'release' : valueAt(place.slice('Values.'.length));
      if (json) return JSON.stringify(value);
      return quoted ? JSON.stringify(String(value)) : String(value);
    });

  const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
  const container = z.object({
    name: z.string(),
    image: z.literal('holocron-ingest:latest'),
    command: z.array(z.string()).optional(),
    securityContext: z.strictObject({
      readOnlyRootFilesystem: z.literal(true),
      allowPrivilegeEscalation: z.literal(false),
      capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
    }),
    env: z.array(
      z.union([
        z.strictObject({ name: z.string(), value: z.string() }),
        z.strictObject({
          name: z.string(),
          valueFrom: z.strictObject({
            secretKeyRef: z.strictObject({
              name: z.string(),
              key: z.string(),
              optional: z.literal(true).optional(),
            }),
          }),
        }),
      ]),
    ),
    ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
    startupProbe: probe.optional(),
    livenessProbe: probe.optional(),
    readinessProbe: probe.optional(),
    resources: z.object({ requests: z.object({}), limits: z.object({}) }).optional(),
    volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
  });
  const pod = z.object({
    automountServiceAccountToken: z.literal(false),
    securityContext: z.object({
      runAsNonRoot: z.literal(true),
      runAsUser: z.literal(1000),
      seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
    }),
    initContainers: z.array(container).default([]),
    containers: z.array(container).min(1),
    volumes: z.array(z.strictObject({ name: z.string(), emptyDir: z.object({}) })),
  });
  const templates = readdirSync(inRoot(`${chart}/templates`)).sort();
  const documents = templates.flatMap((file) =>
    parseAllDocuments(render(read(`${chart}/templates/${file}`))).map((document) => {
      expect(document.errors).toEqual([]);
      return z.looseObject({ kind: z.string() }).parse(document.toJS());
    }),
  );
  const pods = documents
    .filter(({ kind }) => kind !== 'Service')
    .map((document) =>
      z.object({ spec: z.object({ template: z.object({ spec: pod }) }) }).parse(document),
    )
    .map(({ spec }) => spec.template.spec);
  const containers = pods.flatMap((one) => [...one.initContainers, ...one.containers]);
  const byName = (name: string) => containers.find((one) => one.name === name);

  it('is of this version, and reads every value that it offers', () => {
    expect(parse(read(`${chart}/Chart.yaml`))).toMatchObject({ appVersion: packageFile.version });
    const leaves = (value: unknown, at: string): string[] =>
      typeof value === 'object' && value !== null && !named.has(at)
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, at ? `${at}.${key}` : key))
        : [at];
    expect(leaves(values, '').filter((leaf) => !named.has(leaf))).toEqual([]);
  });

  it('makes a migration, the console behind a service, and workers', () => {
    expect(documents.map(({ kind }) => kind)).toEqual([
      'Job',
      'Deployment',
      'Service',
      'Deployment',
    ]);
    expect(containers.map(({ name }) => name)).toEqual(['db-init', 'first-start', 'web', 'worker']);
  });

  it('makes what a cluster takes', () => {
    for (const { kind, ...rest } of documents) {
      const Kind = kinds[z.enum(['Deployment', 'Job', 'Service']).parse(kind)];
      // Throws, naming the property; its types say what it makes sure of.
      expect(() => new Kind(rest as never).validate(), kind).not.toThrow();
    }
    const broken = { ...documents[1], spec: { replicas: 'two' } };
    expect(() => new Deployment(broken as never).validate()).toThrow();
  });

  it('has a schema of its values, so that helm refuses what is misspelt', () => {
    const schema: object = JSON.parse(read(`${chart}/values.schema.json`));
    const validate = new Ajv({ allErrors: true }).compile(schema);
    const faults = (over: object) => (validate(over) ? [] : (validate.errors ?? []));
    const base = z
      .record(z.string(), z.record(z.string(), z.unknown()).or(z.string()))
      .parse(values);
    expect(faults(base)).toEqual([]);
    for (const [name, value] of Object.entries(base)) {
      expect(faults({ ...base, [`${name}x`]: value }), name).not.toEqual([]);
      if (typeof value === 'string') continue;
      expect(faults({ ...base, [name]: { ...value, misspelt: 1 } }), name).not.toEqual([]);
      for (const key of Object.keys(value)) {
        const { [key]: _, ...less } = value;
        expect(faults({ ...base, [name]: less }), `${name} without ${key}`).not.toEqual([]);
        expect(faults({ ...base, [name]: { ...value, [key]: [] } }), `${name}.${key}`).not.toEqual(
          [],
        );
      }
    }
  });

  it('sets variables that are documented, and takes every secret from a Secret', () => {
    const documented = variableGroups.flatMap(({ variables }) => variables.map(({ name }) => name));
    for (const { env } of containers) {
      // HOSTNAME is of Next's server.
      const unknown = env.filter(({ name }) => ![...documented, 'HOSTNAME'].includes(name));
      expect(unknown).toEqual([]);
      const written = env.filter((one) => 'value' in one).map(({ name }) => name);
      expect(written.filter((name) => /PASSWORD|TOKEN|SECRET|_KEY|USER/.test(name))).toEqual([]);
    }
  });

  it('gives migration, console and workers a login each', () => {
    const logins = containers.map(({ env }) => {
      const [user] = env.filter(({ name }) => name === 'INGEST_SQLSERVER_USER');
      return user && 'valueFrom' in user ? user.valueFrom.secretKeyRef.name : null;
    });
    expect(logins).toEqual([
      'holocron-migrator',
      'holocron-migrator',
      'holocron-console',
      'holocron-worker',
    ]);
  });

  it('asks the probes where they are answered', () => {
    const pathsOf = (name: string) => {
      const one = byName(name);
      return [one?.livenessProbe, one?.startupProbe, one?.readinessProbe].map(
        (asked) => asked?.httpGet.path,
      );
    };
    expect(pathsOf('web')).toEqual(probes.map((one) => `/api/health/${one}`));
    expect(pathsOf('worker')).toEqual(probes.map((one) => `/${one}`));
    expect(byName('worker')?.ports).toEqual([{ name: 'metrics', containerPort: 9464 }]);
  });

  it('starts what the image has, as everywhere else', () => {
    expect(byName('worker')?.command).toEqual(['node', ...workerFlags, 'dist/bin/worker.mjs']);
    const commands = readdirSync(inRoot('commands'));
    for (const { command = [] } of containers) {
      const bundle = command.find((part) => part.startsWith('dist/'));
      if (bundle) expect(commands).toContain(`${path.basename(bundle, '.mjs')}.ts`);
    }
  });

  it('mounts every volume that it has, and no other, for a root that is read-only', () => {
    for (const { volumes, containers: own, initContainers } of pods) {
      const mounted = [...own, ...initContainers].flatMap((one) => one.volumeMounts);
      expect([...new Set(mounted.map(({ name }) => name))].sort()).toEqual(
        volumes.map(({ name }) => name).sort(),
      );
      for (const one of own)
        expect(one.volumeMounts.map(({ mountPath }) => mountPath)).toContain('/tmp');
    }
  });
});
