/** Values of options, from the text of a command line. */
import { z } from 'zod';
import type { Output } from '../support/program.ts';

export const text = z.string().min(1, 'It is empty.').max(4000).optional();

export const words = z.array(z.string().min(1, 'One of them is empty.')).optional();

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `It must be a whole number from ${min} to ${max}.`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `It must be a whole number from ${min} to ${max}.`)
    .optional();

export const flag = z.boolean().default(false);

export const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, `It must be one of ${names.join(', ')}.`).optional();

/** `source=wiki` and more of its kind, as an object. */
export const pairs = z
  .array(z.string())
  .default([])
  .transform((given, context) => {
    const entries = given.map((one) => {
      const at = one.indexOf('=');
      return [one.slice(0, Math.max(0, at)), one.slice(at + 1)] as const;
    });
    const names = entries.map(([name]) => name);
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (names.includes('')) return refuse('Write each as name=value.');
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) return refuse(`${twice} is given twice.`);
    return Object.fromEntries(entries);
  });

/** `max_share=0.5` and more of its kind. */
export const numbers = pairs.transform((given, context) => {
  const entries = Object.entries(given).map(([name, value]) => [name, Number(value)] as const);
  const wrong = entries.find(([name, value]) => given[name] === '' || !Number.isFinite(value));
  if (wrong === undefined) return Object.fromEntries(entries);
  context.addIssue({ code: 'custom', message: `${wrong[0]} is no number.` });
  return z.NEVER;
});

/** `recordDays=90 runDays=forever`; null stands for ever. */
export const days = pairs.transform((given, context) => {
  const entries = Object.entries(given).map(
    ([name, value]) =>
      [name, value === 'forever' ? null : /^\d{1,6}$/.test(value) ? Number(value) : NaN] as const,
  );
  const wrong = entries.find(([, value]) => Number.isNaN(value));
  if (wrong === undefined) return Object.fromEntries(entries);
  context.addIssue({ code: 'custom', message: `${wrong[0]} is neither whole days nor forever.` });
  return z.NEVER;
});

/** What a command says that has nothing to show. */
export const done = (said: string) => (out: Output) => out.line(`✓ ${said}`);

/** Without those that are undefined, which JSON has no word for. */
export const given = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
