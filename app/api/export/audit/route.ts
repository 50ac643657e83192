/** The audit log of a filter. */
import { exportRoute } from '#app/_server/export-route.ts';
import { exportAudit } from '#lib/audit/list-audit.ts';

export const GET = exportRoute('audit-log', exportAudit);
