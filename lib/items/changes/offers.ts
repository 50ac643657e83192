/** The changes as the console offers them: plain data, for the browser has neither their SQL nor their rules. */
import type { Permission } from '#lib/actor/model.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { refetchColumns } from '#lib/revisit/refetch-plan.ts';
import type { ChangeField } from './change.ts';
import { itemChangeSchema, itemChanges, refusalOf } from './registry.ts';

export interface ChangeOffer {
  readonly id: string;
  readonly label: string;
  /** With how many it is about, at `{items}`. */
  readonly labelOfMany: string;
  readonly icon: string;
  readonly permission: Permission;
  readonly isMain: boolean;
  readonly isDangerous: boolean;
  /** What the dialog asks for. */
  readonly fields: readonly ChangeField[];
  /** The change, but for what is asked for. */
  readonly change: { readonly action: string; readonly [input: string]: unknown };
}

/** All of them, each followed by its presets. */
export const changeOffers: readonly ChangeOffer[] = itemChanges.flatMap((definition) => {
  const { action, label, labelOfMany, icon, permission, isMain, isDangerous, fields, presets } =
    definition;
  const offer = {
    id: action,
    label,
    labelOfMany: labelOfMany ?? `${label} {items}`,
    icon,
    permission,
    isMain: isMain ?? false,
    isDangerous: isDangerous ?? false,
    fields: fields ?? [],
    change: { action },
  };
  return [
    offer,
    ...(presets ?? []).map((preset) => ({
      ...offer,
      id: preset.id,
      label: preset.label,
      labelOfMany: `${preset.label} {items}`,
      isMain: false,
      isDangerous: preset.isDangerous ?? false,
      fields: [],
      change: preset.change,
    })),
  ];
});

/** Those that an item takes as it is, and that ask for nothing: the buttons of its page. */
export function offersFor(
  item: Pick<WorkItem, 'status' | 'waitReason' | 'priority' | 'runId' | 'refetch'>,
): readonly ChangeOffer[] {
  const standing = {
    status: item.status,
    wait_reason: item.waitReason,
    priority: item.priority,
    run_id: item.runId,
    ...refetchColumns(item.refetch),
  };
  return changeOffers.filter(
    ({ id, fields, change }) =>
      fields.length === 0 &&
      // A preset belongs to the menu of what it is a choice of.
      id === change.action &&
      refusalOf(itemChangeSchema.parse(change), standing) === null,
  );
}
