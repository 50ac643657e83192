/**
 * The typed schema, the same on both engines.
 *
 * Shapes: every time is an ISO 8601 UTC string with milliseconds and a final `Z`
 * (`2026-01-31T09:15:00.123Z`), whichever engine stored it; every flag is 0 or 1; JSON columns are
 * text. Ids are UUIDv7 in lower case. `work_items`, `IngestRecords`, `ingest_runs` and
 * `seen_resources` keep the names, columns and types of an existing Holocron database; what later
 * migrations add to them is marked "added".
 */
import type { Insertable, Selectable } from 'kysely';
import type {
  AttemptCountHeadTable,
  AttemptCountsTable,
  HostHoursTable,
  HostTotalDeltasTable,
  HostTotalsTable,
  RunDeltasTable,
  SourceDaysTable,
  SourceHostsTable,
  SourceTotalDeltasTable,
  SourceTotalsTable,
  StorageSamplesTable,
  TotalsChecksTable,
} from './schema/counts.ts';
import type {
  AlertMutesTable,
  AlertRulesTable,
  AlertStateTable,
  AlertsTable,
  AppSettingsTable,
  BulkActionChunksTable,
  BulkActionsTable,
  EventsTable,
  HeldRecordsView,
  NoticeChannelsTable,
  NoticeDeliveriesTable,
  QuarantineItemsTable,
  QuarantinesTable,
  RequestKeysTable,
  RunMeasuresTable,
  SchemaMigrationsTable,
  StopsTable,
  WorkersTable,
} from './schema/operations.ts';
import type {
  ApiTokensTable,
  AuditAnchorsTable,
  AuditChainTable,
  AuditLogTable,
  AuditUnsealedTable,
  SavedViewsTable,
  SessionsTable,
  SignInAttemptsTable,
  UsersTable,
} from './schema/people.ts';
import type {
  AttemptAnswersTable,
  IngestRecordsTable,
  IngestRunsTable,
  ReadyItemsTable,
  RecordBodiesTable,
  SeenResourcesTable,
  WorkItemAttemptsTable,
  WorkItemsTable,
} from './schema/queue.ts';
import type {
  CurrentHostsView,
  HostBlocksTable,
  HostDeltasTable,
  HostsTable,
  SchedulesTable,
  SourceCommentsTable,
  SourceRevisionsTable,
  SourceSecretsTable,
  SourcesTable,
} from './schema/sources.ts';

export type * from './schema/counts.ts';
export { hostHourNumbers, runNumbers, sourceDayNumbers } from './schema/counts.ts';
export type * from './schema/operations.ts';
export type * from './schema/people.ts';
export type * from './schema/queue.ts';
export { workItemStatuses } from './schema/queue.ts';
export type * from './schema/sources.ts';
export type * from './schema/values.ts';

export interface Database {
  work_items: WorkItemsTable;
  IngestRecords: IngestRecordsTable;
  record_bodies: RecordBodiesTable;
  ingest_runs: IngestRunsTable;
  /** The same with their numbers as of now: on SQL Server those of `ingest_runs` are rolled up behind. */
  current_runs: IngestRunsTable;
  run_deltas: RunDeltasTable;
  seen_resources: SeenResourcesTable;
  ready_items: ReadyItemsTable;
  sources: SourcesTable;
  source_revisions: SourceRevisionsTable;
  source_secrets: SourceSecretsTable;
  source_comments: SourceCommentsTable;
  hosts: HostsTable;
  current_hosts: CurrentHostsView;
  host_deltas: HostDeltasTable;
  host_hours: HostHoursTable;
  host_blocks: HostBlocksTable;
  work_item_attempts: WorkItemAttemptsTable;
  attempt_answers: AttemptAnswersTable;
  attempt_counts: AttemptCountsTable;
  attempt_count_head: AttemptCountHeadTable;
  source_days: SourceDaysTable;
  source_hosts: SourceHostsTable;
  stops: StopsTable;
  workers: WorkersTable;
  schedules: SchedulesTable;
  bulk_actions: BulkActionsTable;
  bulk_action_chunks: BulkActionChunksTable;
  users: UsersTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  sign_in_attempts: SignInAttemptsTable;
  audit_log: AuditLogTable;
  audit_unsealed: AuditUnsealedTable;
  audit_chain: AuditChainTable;
  audit_anchors: AuditAnchorsTable;
  events: EventsTable;
  source_totals: SourceTotalsTable;
  source_total_deltas: SourceTotalDeltasTable;
  host_totals: HostTotalsTable;
  host_total_deltas: HostTotalDeltasTable;
  totals_checks: TotalsChecksTable;
  storage_samples: StorageSamplesTable;
  request_keys: RequestKeysTable;
  app_settings: AppSettingsTable;
  alerts: AlertsTable;
  alert_rules: AlertRulesTable;
  alert_mutes: AlertMutesTable;
  quarantines: QuarantinesTable;
  quarantine_items: QuarantineItemsTable;
  held_records: HeldRecordsView;
  alert_state: AlertStateTable;
  run_measures: RunMeasuresTable;
  notice_channels: NoticeChannelsTable;
  notice_deliveries: NoticeDeliveriesTable;
  saved_views: SavedViewsTable;
  schema_migrations: SchemaMigrationsTable;
}

export type TableName = keyof Database;

export type WorkItemRow = Selectable<WorkItemsTable>;

export type NewWorkItemRow = Insertable<WorkItemsTable>;
