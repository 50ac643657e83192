/** The rules, in the order of the page. */
import { backlogGrowing } from './backlog-growing.ts';
import { blockPage, contentShrunken } from './content.ts';
import { databaseWarnings } from './database-warnings.ts';
import { diskLow } from './disk-low.ts';
import { failureRate, runFailures } from './failure-rate.ts';
import { freshnessMissed } from './freshness-missed.ts';
import { certificateNearEnd, secretNearEnd } from './near-end.ts';
import { noWorker } from './no-worker.ts';
import { oldestTooOld } from './oldest-too-old.ts';
import type { AlertRule } from './rule.ts';
import { runFailed } from './run-failed.ts';
import { runOverdue } from './run-overdue.ts';
import { scheduleMissed } from './schedule-missed.ts';
import { yieldFell } from './yield-fell.ts';

export const alertRules: readonly AlertRule[] = [
  noWorker,
  backlogGrowing,
  oldestTooOld,
  failureRate,
  runFailures,
  runFailed,
  runOverdue,
  scheduleMissed,
  yieldFell,
  contentShrunken,
  blockPage,
  freshnessMissed,
  diskLow,
  databaseWarnings,
  certificateNearEnd,
  secretNearEnd,
];
