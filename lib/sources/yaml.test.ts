import { describe, expect, it } from 'vitest';
import { parseSourcesYaml, sourcesToYaml } from './yaml.ts';

const good = `
sources:
  - name: wookieepedia
    type: mediawiki
    api_url: https://starwars.fandom.com/api.php
    email: op@example.org
    discovery: { max_depth: 2 }
  - name: sample
    type: test
seeds:
  - source: wookieepedia
    titles: [Yoda, "Star Wars"]
  - source: sample
runner:
  batch_size: 5
`;

describe('sources as YAML', () => {
  it('are read with their seeds, other parts of a configuration file left alone', () => {
    expect(parseSourcesYaml(good)).toMatchObject([
      {
        name: 'wookieepedia',
        type: 'mediawiki',
        enabled: true,
        settings: { discovery: { max_depth: 2 } },
        seeds: [{ titles: ['Yoda', 'Star Wars'] }],
      },
      { name: 'sample', type: 'test', seeds: [{}] },
    ]);
  });

  it('come back as they went', () => {
    const sources = parseSourcesYaml(good);
    const stored = sources.map((source) => ({ ...source, storedSecrets: [] }));
    expect(parseSourcesYaml(sourcesToYaml(stored))).toEqual(sources);
  });

  it('have the references of their secrets, and no other secret', () => {
    const since = '2026-01-31T09:15:07.123Z';
    const [source] = parseSourcesYaml('sources: [{ name: p, type: openalex }]');
    if (!source) throw new Error('no source');
    const reference = 'env:INGEST_SOURCE_P';
    const referred = { ...source, storedSecrets: [{ name: 'api_key', since, reference }] };
    expect(parseSourcesYaml(sourcesToYaml([referred]))).toEqual([
      { ...source, secrets: { api_key: reference } },
    ]);
    const sealed = { ...source, storedSecrets: [{ name: 'api_key', since, reference: null }] };
    expect(parseSourcesYaml(sourcesToYaml([sealed]))).toEqual([source]);
  });

  it.each([
    ['an unknown key', good.replace('email:', 'e_mail:'), /line 6.*e_mail.*email/s],
    ['a wrong value', good.replace('max_depth: 2', 'max_depth: -2'), /line 7.*max_depth/s],
    ['a seed of nobody', good.replace('source: sample', 'source: samples'), /line 13.*sample/s],
    [
      'an unknown type',
      good.replace('type: test', 'type: gopher'),
      /line 9.*http, mediawiki, openalex, test/s,
    ],
    ['broken YAML', 'sources: [', /line 1/],
    ['nothing', '', /no sources/],
    ['no sources', 'runner: { batch_size: 3 }', /no sources/],
  ])('%s names its place and what is allowed', (_, text, message) => {
    expect(() => parseSourcesYaml(text, { file: 'sources.yaml' })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    'sources: [{ name: p, type: openalex, api_key: hunter2 }]',
    'sources: [{ name: p, type: openalex, secrets: { api_key: hunter2 } }]',
    'sources: [{ name: p, type: openalex, secrets: { api_key: "env:HUNTER2_hunter2" } }]',
    'sources: [{ name: p, type: openalex, secrets: hunter2 }]',
  ])('secrets do not come in by a file: %s', (text) => {
    expect(() => parseSourcesYaml(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  const bomb = (levels: number) =>
    [
      'a0: &a0 [x, x, x, x, x, x, x, x, x]',
      ...Array.from({ length: levels }, (_, at) => {
        const alias = `*a${at}`;
        return `a${at + 1}: &a${at + 1} [${Array.from({ length: 9 }, () => alias).join(', ')}]`;
      }),
    ].join('\n');

  it.each([
    ['whose aliases stand for gigabytes', bomb(12), /aliases stand for too much/],
    ['that holds itself', 'sources: &a [*a]', /sources\[0\]/],
    ['nested without end', `sources: ${'['.repeat(20_000)}`, /nested too deeply/],
    ['with one key twice', 'sources:\n- name: a\n  name: b', /line 3.*unique/],
    ['with a tag of a language', 'sources: !!js/function "() => 1"', /sources/],
    ['with a key of 100,000 characters', `? ${'k'.repeat(100_000)}\n: 1`, /unknown key/],
    ['with a prototype', '__proto__: { sources: [] }', /__proto__: unknown key/],
    [
      'of many unknown keys',
      `sources:\n- name: a\n  type: http\n${Array.from({ length: 300 }, (_, at) => `  k${at}: 1`).join('\n')}`,
      /sources\[0\]\.k19: unknown key/,
    ],
    ['of many faults', `sources:\n${'- 1\n'.repeat(500)}`, /and 480 more\.$/],
  ])('one %s is refused in a few sentences', (_, text, message) => {
    const refused = () => parseSourcesYaml(text, { file: 'sources.yaml' });
    expect(refused).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) }),
    );
    expect(refused).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/^.{10000}/s) }),
    );
  });
});
