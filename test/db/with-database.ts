/** The hooks of a suite that has a database of its own. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TableName } from '#db/schema.ts';
import type { ContractDatabase, ContractEngine } from './contract-engines.ts';
import { emptyTables } from './empty-tables.ts';

/** Opens it before the suite, empties the tables before each test, removes it at the end. */
export function withDatabase(
  contract: ContractEngine,
  emptied: readonly TableName[],
  use: (opened: ContractDatabase) => void,
): void {
  let opened: ContractDatabase | undefined;
  beforeAll(async () => {
    opened = await contract.create();
    use(opened);
  });
  beforeEach(async () => {
    if (opened) await emptyTables(opened.db, emptied);
  });
  afterAll(() => opened?.dispose());
}
