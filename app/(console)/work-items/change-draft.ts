/** A change as the dialog fills it in, from what its offer asks for. Pure. */
import type { ChangeField } from '#lib/items/changes/change.ts';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';

/** What was chosen, by the name of the field; NaN = no number, '' = no run. */
export type Choices = Readonly<Record<string, unknown>>;

export const firstChoices = ({ fields }: ChangeOffer): Choices =>
  Object.fromEntries(fields.map((field) => [field.name, firstOf(field)]));

function firstOf(field: ChangeField): unknown {
  switch (field.kind) {
    case 'number':
      return Number.NaN;
    case 'choice':
      return field.options[0]?.value;
    case 'run':
      return '';
  }
}

/** The change that is meant; null while a choice is missing. */
export function draftOf(offer: ChangeOffer, choices: Choices): ChangeOffer['change'] | null {
  return offer.fields.every((field) => isGiven(field, choices[field.name]))
    ? { ...offer.change, ...choices }
    : null;
}

function isGiven(field: ChangeField, value: unknown): boolean {
  switch (field.kind) {
    case 'number':
      return Number.isInteger(value) && Number(value) >= field.min;
    case 'choice':
      return value !== undefined;
    case 'run':
      return value !== '';
  }
}

/** The change and how many it is about: "Recrawl 3 items", "Set priority of 3 items". */
export const labelOfMany = ({ labelOfMany: label }: ChangeOffer, count: string): string =>
  label.replace('{items}', count);
