import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../globals.css', import.meta.url), 'utf8');

/** `--name: light-dark(#rrggbb, #rrggbb)` tokens of the stylesheet. */
const tokens = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name ?? '', { light: light ?? '', dark: dark ?? '' }],
  ),
);

type Triple = readonly [number, number, number];

/** Linear sRGB. */
function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red, green, blue] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** What an eye sees, as a matrix over linear sRGB: Machado et al. 2009, severity 1. */
const eyes: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopic: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopic: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** Oklab, https://bottosson.github.io/posts/oklab/: equal distances look about equally different. */
function oklab(rgb: Triple): Triple {
  const long = Math.cbrt(dot(rgb, [0.4122214708, 0.5363325363, 0.0514459929]));
  const medium = Math.cbrt(dot(rgb, [0.2119034982, 0.6806995451, 0.1073969566]));
  const short = Math.cbrt(dot(rgb, [0.0883024619, 0.2817188376, 0.6299787005]));
  const cones: Triple = [long, medium, short];
  return [
    dot(cones, [0.2104542553, 0.793617785, -0.0040720468]),
    dot(cones, [1.9779984951, -2.428592205, 0.4505937099]),
    dot(cones, [0.0259040371, 0.7827717662, -0.808675766]),
  ];
}

function seen(hex: string, eye: readonly [Triple, Triple, Triple]): Triple {
  const rgb = linear(hex);
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return oklab([clamp(dot(eye[0], rgb)), clamp(dot(eye[1], rgb)), clamp(dot(eye[2], rgb))]);
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

const statuses = ['pending', 'progress', 'done', 'failed', 'warn'] as const;
const statusPairs = statuses.flatMap((one, at) =>
  statuses.slice(at + 1).map((other) => [one, other] as const),
);

describe.each(Object.entries(eyes))('to a %s eye', (_, eye) => {
  it.each(statusPairs)('%s and %s differ as words and as bars, in both themes', (one, other) => {
    for (const suffix of ['', '-fill']) {
      for (const theme of ['light', 'dark'] as const) {
        const [a, b] = [tokens.get(one + suffix), tokens.get(other + suffix)];
        if (!a || !b) throw new Error(`no token ${one}${suffix} or ${other}${suffix}`);
        const [x, y] = [seen(a[theme], eye), seen(b[theme], eye)];
        const distance = Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
        expect(distance, `${suffix} ${theme}`).toBeGreaterThan(0.05);
      }
    }
  });
});
