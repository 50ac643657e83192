/** The report of a month. */
import { exportRoute } from '#app/_server/download.ts';
import { exportReport } from '#lib/report/read-report.ts';

export const GET = exportRoute('report', exportReport);
