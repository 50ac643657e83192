/** What the README and .env.example name exists. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { variableGroups } from '#lib/config/variables.ts';
import packageFile from '../package.json' with { type: 'json' };
import { inRoot } from './support/root.ts';

const readme = readFileSync(inRoot('README.md'), 'utf8');

describe('the README', () => {
  it('names scripts that exist', () => {
    const named = new Set(
      [...readme.matchAll(/pnpm ([a-z]+(?::[a-z]+)?)\b/g)].map(([, name]) => name),
    );
    const known = [...Object.keys(packageFile.scripts), 'build', 'install'];
    expect([...named].filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(named.size).toBeGreaterThan(8);
  });

  it('has only variables in .env.example that are known', () => {
    const example = readFileSync(inRoot('.env.example'), 'utf8');
    const names = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    const known = variableGroups.flatMap(({ variables }) => variables.map(({ name }) => name));
    const compose = readFileSync(inRoot('docker-compose.yml'), 'utf8');
    const ofCompose = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => ![...known, ...ofCompose].includes(name ?? ''))).toEqual([]);
  });
});

it('pnpm installs for the Node that comes with the packages', () => {
  const workspace: unknown = parse(readFileSync(inRoot('pnpm-workspace.yaml'), 'utf8'));
  expect(workspace).toMatchObject({ nodeVersion: packageFile.devDependencies.node });
});
