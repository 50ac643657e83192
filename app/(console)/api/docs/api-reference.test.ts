import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { openApi } from '#lib/api/openapi.ts';
import { endpoints } from '#lib/api/registry.ts';
import { appErrorRemedies } from '#lib/errors/codes.ts';
import { ApiReference } from './api-reference.tsx';

it('shows every endpoint and explains every code, and loads nothing from elsewhere', () => {
  const page = renderToStaticMarkup(
    createElement(ApiReference, { document: openApi(), remedies: appErrorRemedies }),
  );
  // The columns of a row, without what draws them.
  const shown = page.replaceAll(/<[^>]*>/g, '');
  for (const { id, method, path } of endpoints) {
    expect(page).toContain(`id="${id}"`);
    expect(shown).toContain(`${method}${path}`);
  }
  for (const code of Object.keys(appErrorRemedies)) expect(page).toContain(`id="${code}"`);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
