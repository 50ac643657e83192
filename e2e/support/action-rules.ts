/**
 * Every server action with the least role that may do it, and arguments of the right form about what there is none of.
 * An action that is new stands in no row, and fails a test until it has one.
 */
import type { AccountRole } from './accounts.ts';

export interface ActionRule {
  /** `anybody`: of their own things, or of what everybody reads. */
  readonly least: AccountRole | 'anybody';
  readonly input: unknown;
}

const id = '01980000-0000-7000-8000-000000000001';
const requestKey = '0123456789abcdef0123456789abcdef';
const source = {
  ...{ name: 'nobody', type: 'http', enabled: false, settings: {}, secrets: {} },
  seeds: [{ urls: ['https://nobody.invalid/'] }],
};
const yaml = 'sources:\n  - name: nobody\n    type: http\n    enabled: false\n';
const change = { action: 'skip' };
const scope = { ids: [id] };
const request = { kind: 'seed', sources: ['nobody'] };
const channel = { name: 'nobody', address: '', alerts: false, runEnds: false };
const rule = { rule: 'content_shrunken', enabled: true, values: {} };

const anybody = (input: unknown): ActionRule => ({ least: 'anybody', input });
const operator = (input: unknown): ActionRule => ({ least: 'operator', input });
const admin = (input: unknown): ActionRule => ({ least: 'admin', input });

export const actionRules: Readonly<Record<string, ActionRule>> = {
  // Sources.
  save: operator({ source: { ...source, type: 'nothing' }, requestKey }),
  test: operator({ source: { ...source, type: 'nothing' } }),
  pause: operator({ sourceId: id }),
  comment: operator({ sourceId: id, body: 'They move.' }),
  resume: operator({ sourceId: id }),
  remove: operator({ sourceId: id }),
  rollBack: operator({ sourceId: id, revision: 1, expectedRevision: 1, requestKey }),
  planYamlImport: operator({ yaml }),
  importYaml: operator({ yaml: 'sources: [1]', requestKey }),
  // Runs.
  launch: operator({ request, requestKey }),
  previewLaunch: anybody({ request, ofRun: null }),
  recrawl: operator({ runId: id, budget: {}, requestKey }),
  rerunFailed: operator({ runId: id, requestKey }),
  controlRun: operator({ runId: id, command: 'pause' }),
  runsToJoin: anybody(null),
  // Work items.
  addOneAction: operator({ source: 'nobody', text: 'https://nobody.invalid/', requestKey: 'x' }),
  previewChange: operator({ change, scope }),
  changeSelected: operator({ change, ids: [id], requestKey }),
  launchChange: operator({ change, scope, dryRun: true, requestKey }),
  retryCluster: operator({ code: 'x', httpStatus: null, host: null, requestKey }),
  setRefetch: operator({ workItemId: id, plan: { kind: 'never' } }),
  stopBulkAction: operator({ bulkActionId: id }),
  setSpeed: operator({ bulkActionId: id, itemsPerSecond: null }),
  undo: operator({ bulkActionId: id, requestKey }),
  carryOut: operator({ bulkActionId: id, requestKey }),
  // How a person likes the console.
  keepArrangement: anybody({ grid: null }),
  saveView: anybody({ name: 'mine', query: 'status=failed', isShared: false, requestKey }),
  changeView: anybody({ viewId: id, name: 'mine' }),
  deleteView: anybody({ viewId: id }),
  keepDefaultView: anybody({ viewId: null }),
  // Hosts, workers, schedules.
  clearBlockAction: operator({ host: 'nobody.invalid' }),
  blockHostAction: operator({ host: 'nobody.invalid', reason: 'they asked', end: null }),
  setHostLimitsAction: operator({ host: 'nobody.invalid', delayMs: null, concurrency: null }),
  tryRobotsAction: anybody({ host: 'nobody.invalid', address: '/', agent: 'Bot' }),
  drainWorkerAction: operator({ workerId: 'nobody' }),
  keepWorkerAction: operator({ workerId: 'nobody' }),
  saveScheduleAction: operator({
    scheduleId: id,
    input: { name: 'nobody', cron: '0 3 * * *', timezone: 'UTC', enabled: false, request },
    requestKey,
  }),
  deleteScheduleAction: operator({ scheduleId: id }),
  // Over before it begins.
  stopEverythingAction: operator({
    ...{ reason: 'tried', inFlight: 'finish' },
    end: { at: '2026-01-01T00:00:00Z' },
  }),
  goOnAction: operator({}),
  // What asks for a person.
  acknowledgeAlertAction: operator({ alertId: id }),
  saveRuleAction: operator({ ...rule, rule: 'nothing' }),
  dryRunAction: anybody(rule),
  muteAction: operator({
    target: { kind: 'source', source: 'nobody' },
    reason: 'it moves',
    end: { minutes: 5 },
  }),
  endMuteAction: operator({ muteId: id }),
  decideQuarantinesAction: operator({ quarantineIds: [id], decision: 'accepted' }),
  decideItemsAction: operator({ quarantineId: id, workItemIds: [id], decision: 'accepted' }),
  // What holds for everybody.
  previewRetentionAction: operator({}),
  verifyAuditAction: operator({}),
  addChannelAction: admin({ ...channel, kind: 'webhook' }),
  changeChannelAction: admin({ ...channel, channelId: id, enabled: false, newSecret: false }),
  deleteChannelAction: admin({ channelId: id }),
  testChannelAction: admin({ channelId: id }),
  smokeCheckAction: admin(null),
  changeRetentionAction: admin({ eventDays: 30 }),
  createUserAction: admin({
    ...{ email: 'nobody@example.org', name: 'Nobody', role: 'viewer', password: 'short' },
    requestKey,
  }),
  changeUserAction: admin({ userId: id, name: 'Nobody', role: 'viewer', active: true }),
  setUserPasswordAction: admin({ userId: id, password: 'short' }),
  endAllSessionsAction: admin({ userId: id }),
  // Of their own.
  changeOwnPasswordAction: anybody({ current: 'not mine', password: 'short' }),
  endOwnSessionAction: anybody({ sessionId: id }),
  createTokenAction: anybody({
    name: 'mine',
    permissions: ['console:view'],
    sources: null,
    days: 1,
  }),
  revokeTokenAction: anybody({ tokenId: id }),
};
