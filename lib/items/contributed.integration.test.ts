import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  contributedChange,
  contributedEndpoint,
  contributedFilter,
} from '#test/contributed-code.ts';
import { outlineOfTheHouse } from '#test/documented-code.ts';

test('what CONTRIBUTING.md adds compiles under the rules of this house', async () => {
  const house = await outlineOfTheHouse();
  try {
    await writeFile(path.join(house.directory, 'fetch-first.ts'), contributedChange());
    await writeFile(path.join(house.directory, 'filter.ts'), contributedFilter());
    await writeFile(path.join(house.directory, 'endpoint.ts'), contributedEndpoint());
    expect(await house.compile(['fetch-first.ts', 'filter.ts', 'endpoint.ts'])).toBe('');
  } finally {
    await house.remove();
  }
});
