import { expect, it } from 'vitest';
import { codeOf } from '#test/documented-code.ts';
import { checkSourceInput } from './source-input.ts';
import { parseSourcesYaml } from './yaml.ts';

it('the examples of docs/apis.md are sources, and show every kind of paging', () => {
  const sources = codeOf('docs/apis.md').flatMap(({ code }) => parseSourcesYaml(code));
  for (const source of sources) expect(checkSourceInput(source).name).toBe(source.name);
  const kinds = sources.map(({ settings }) => JSON.stringify(settings['paging'] ?? {}));
  for (const kind of ['offset', 'page', 'cursor', 'last_row', 'link', 'next']) {
    expect(kinds.join()).toContain(`"by":"${kind}"`);
  }
});
