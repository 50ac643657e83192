/** The audit log of a filter. */
import { exportRoute } from '#app/_server/download.ts';
import { exportAudit } from '#lib/audit/list-audit.ts';

export const GET = exportRoute('audit-log', exportAudit);
