import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { testItem } from './seeding.ts';
import type { TestSettings } from './settings.ts';

const payloadShape = z.looseObject({ links: z.array(z.string()) });

export function testDiscover(
  item: Pick<WorkItem, 'priority'>,
  payload: JsonValue,
  { settings, sourceName }: Pick<SourceContext<TestSettings>, 'settings' | 'sourceName'>,
): DiscoveredItem[] {
  const parsed = payloadShape.safeParse(payload);
  if (!settings.discovery.enabled || !parsed.success) return [];
  return parsed.data.links.map((id) => testItem(sourceName, id, item.priority + 10));
}
