import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../globals.css', import.meta.url), 'utf8');

/** `--name: light-dark(#rrggbb, #rrggbb)` tokens of the stylesheet. */
const tokens = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name ?? '', { light: light ?? '', dark: dark ?? '' }],
  ),
);

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['canvas', 'surface', 'raised', 'inset', 'hover', 'selected'];
const pairs: [ink: string, ground: string, least: number][] = [
  ...['ink', 'ink-2', 'ink-3', 'accent'].flatMap((ink) =>
    grounds.map((ground): [string, string, number] => [ink, ground, 4.5]),
  ),
  ...['pending', 'progress', 'done', 'failed', 'warn', 'skipped'].flatMap(
    (status): [string, string, number][] => [
      [status, `${status}-soft`, 4.5],
      [status, 'surface', 4.5],
      [status, 'canvas', 4.5],
      [status, 'hover', 4.5],
      [status, 'selected', 4.5],
    ],
  ),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['ink', 'accent-soft', 4.5],
  ...['warn', 'failed', 'done', 'progress'].map((status): [string, string, number] => [
    'ink-2',
    `${status}-soft`,
    4.5,
  ]),
  ...grounds.map((ground): [string, string, number] => ['focus', ground, 3]),
  ...['canvas', 'surface', 'raised'].map((ground): [string, string, number] => ['edge', ground, 3]),
];

describe('the palette', () => {
  it.each(pairs)('%s on %s reaches %d:1 in both themes', (ink, ground, least) => {
    const front = tokens.get(ink);
    const back = tokens.get(ground);
    if (!front || !back) throw new Error(`no token ${front ? ground : ink}`);
    expect(contrast(front.light, back.light)).toBeGreaterThanOrEqual(least);
    expect(contrast(front.dark, back.dark)).toBeGreaterThanOrEqual(least);
  });
});
