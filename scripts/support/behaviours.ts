/** What a contract run says of each engine: suites are named `… on sqlite` and `… on sqlserver`. */
import path from 'node:path';
import { z } from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
        }),
      ),
    }),
  ),
});

export interface Suite {
  /** Where it stands, and what it is about: `lib/queue · claiming`. */
  readonly name: string;
  /** By behaviour, then by engine: `passed`, `failed`, `skipped`. */
  readonly behaviours: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads what `vitest --reporter=json` wrote. Tests that do not run over the engines are left out. */
export function suitesFrom(report: unknown, root: string): Suite[] {
  const suites = new Map<string, Map<string, Map<string, string>>>();
  for (const { name: file, assertionResults } of reportSchema.parse(report).testResults) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      const named = /^(.*) on (sqlite|sqlserver)$/.exec(ancestorTitles[0] ?? '');
      const [, about, engine] = named ?? [];
      if (about === undefined || engine === undefined) continue;
      const name = `${path.dirname(path.relative(root, file))} · ${about}`;
      const behaviour = [...ancestorTitles.slice(1), title].join(': ');
      const suite = suites.get(name) ?? new Map<string, Map<string, string>>();
      const results = suite.get(behaviour) ?? new Map<string, string>();
      suites.set(name, suite.set(behaviour, results.set(engine, status)));
    }
  }
  return [...suites]
    .map(([name, behaviours]) => ({ name, behaviours }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** A line for each suite, and with `all` for each behaviour: how many passed of how many, by engine. */
export function behavioursAsText(suites: readonly Suite[], all: boolean): string[] {
  const engines = [
    ...new Set(
      suites.flatMap(({ behaviours }) => [...behaviours.values()].flatMap((by) => [...by.keys()])),
    ),
  ].toSorted();
  const row = (name: string, cells: readonly string[]) =>
    [...cells.map((cell) => cell.padStart(10)), ` ${name}`].join(' ');
  const tally = (behaviours: Suite['behaviours'], engine: string) => {
    const statuses = [...behaviours.values()].flatMap((by) => by.get(engine) ?? []);
    const passed = statuses.filter((status) => status === 'passed').length;
    return passed === statuses.length ? `${passed}` : `${passed}/${statuses.length}`;
  };
  const everything = new Map(
    suites.flatMap(({ name, behaviours }) =>
      [...behaviours].map(([behaviour, by]) => [`${name} ${behaviour}`, by] as const),
    ),
  );
  return [
    row('behaviours', engines),
    ...suites.flatMap(({ name, behaviours }) => [
      row(
        name,
        engines.map((engine) => tally(behaviours, engine)),
      ),
      ...(all
        ? [...behaviours].map(([behaviour, by]) =>
            row(
              `  ${behaviour}`,
              engines.map((engine) => by.get(engine) ?? '–'),
            ),
          )
        : []),
    ]),
    row(
      'in all',
      engines.map((engine) => tally(everything, engine)),
    ),
  ];
}
