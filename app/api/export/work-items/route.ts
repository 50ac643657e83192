/** The work items of a filter. */
import { exportRoute } from '#app/_server/download.ts';
import { exportWorkItems } from '#lib/items/export.ts';

export const GET = exportRoute('work-items', exportWorkItems);
