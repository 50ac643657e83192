import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseInput } from '#lib/errors/app-error.ts';
import { apiWorld } from '#test/api.ts';
import { contributedEndpoint } from '#test/contributed-code.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { outlineOfTheHouse } from '#test/documented-code.ts';
import type { ApiContext, Endpoint } from './endpoint.ts';

test.each(contractEngines())(
  'the endpoint that CONTRIBUTING.md adds answers on $name',
  async (engine) => {
    const database = await engine.create();
    const world = await apiWorld(database.db);
    const house = await outlineOfTheHouse();
    try {
      const file = path.join(house.directory, 'endpoint.ts');
      await writeFile(file, contributedEndpoint());
      const { seeds }: { readonly seeds: Endpoint } = await import(file);
      const { db } = world;
      const context: Pick<ApiContext, 'actor'> & { readonly runtime: object } = {
        runtime: { db, reads: db },
        actor: world.people.viewer,
      };
      const input = {
        params: parseInput(seeds.params, { source: 'sample' }),
        query: {},
        body: null,
      };
      const asked = [context as ApiContext, input as never] as const;
      expect(await seeds.touches(...asked)).toEqual(['sample']);
      const answer = await seeds.run(...asked);
      expect(answer).toMatchObject({ rows: [{ urls: ['https://sample.invalid/'] }] });
      expect(seeds.output).toBeInstanceOf(z.ZodObject);
    } finally {
      await house.remove();
      await world.close();
      await database.dispose();
    }
  },
);
