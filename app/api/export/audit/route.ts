/** The audit log of a filter. */
import { exportRoute } from '#app/_server/export-route.ts';
import { exportAudit } from '#lib/audit/export-audit.ts';

export const GET = exportRoute('audit-log', exportAudit);
