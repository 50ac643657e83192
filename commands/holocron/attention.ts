/** `pnpm holocron` of what asks for a person: alerts and their rules, mutes, quarantines. */
import { AppError } from '#lib/errors/app-error.ts';
import { command, oneCall, option } from './command.ts';
import { printRow, printTableOf, rowOf, shown } from './print.ts';
import { done, flag, given, numbers, oneOf, text, whole, words } from './values.ts';

const rule = { rule: 'the name of the rule, as `alerts rules` lists it' };
const valuesHelp = 'of its thresholds, as docs/alert-rules.md names them; others are its own';
const quarantineIds = option('<id...>', 'of quarantines (required)', words);

/** Both kinds of a decision are one endpoint each. */
const decide = (verb: 'accept' | 'discard') => {
  const decision = verb === 'accept' ? ('accepted' as const) : ('discarded' as const);
  return command({
    name: `quarantines ${verb}`,
    summary:
      verb === 'accept'
        ? 'Accepts what quarantines hold, or single items of one: it counts from then on.'
        : 'Discards what quarantines hold, or single items of one: it is kept, and never counts.',
    options: {
      id: quarantineIds,
      item: option('<id...>', 'only these items of one quarantine', words),
      note: option('<text>', 'why, for whoever looks at it later', text),
    },
    async run({ client, out, options: { id = [], item, note } }) {
      const [quarantineId, ...more] = id;
      if (quarantineId === undefined) throw new AppError('usage', 'Give an --id.');
      if (item === undefined) {
        const body = given({ quarantineIds: id, decision, note });
        const answer = rowOf(await client.ask('quarantines.decide', { body }));
        printTableOf(
          'quarantine.sourceName',
          'quarantine.title',
          'quarantine.decision',
          'isOurs',
        )(out, answer);
        out.result(answer);
        return;
      }
      if (more.length > 0) throw new AppError('usage', 'Items are of one quarantine.');
      const asking = { params: { quarantineId }, body: { workItemIds: item, decision } };
      const answer = rowOf(await client.ask('quarantines.decide-items', asking));
      out.line(`✓ ${shown(answer['decided'])} items ${decision}`);
      out.result(answer);
    },
  });
};

export const attentionCommands = [
  command({
    name: 'alerts list',
    summary: 'Lists alerts, newest first.',
    options: {
      state: option('<state>', 'open or closed (default: open)', oneOf(['open', 'closed'])),
    },
    async run({ client, out, options: { state } }) {
      const answer = rowOf(await client.ask('alerts.list', { query: { state } }));
      printTableOf('alertId', 'title', 'sourceName', 'openedAt', 'acknowledgedBy')(out, answer);
      out.result(answer);
    },
  }),
  oneCall('alerts ack', 'alerts.acknowledge', {
    args: { alertId: 'the id of the alert' },
    print: done('Somebody looks after it'),
  }),
  oneCall('alerts rules', 'alert-rules.list', { print: printTableOf('rule', 'enabled', 'values') }),
  oneCall('alerts set-rule', 'alert-rules.set', {
    args: rule,
    options: {
      value: option('<name=number...>', valuesHelp, numbers),
      disabled: option(null, 'it finds nothing any more', flag),
      hold: option(null, 'what it finds is held until somebody decides', flag),
      noHold: option(null, 'what it finds is not held', flag),
    },
    body({ value, disabled, hold, noHold }) {
      if (hold && noHold) throw new AppError('usage', 'Give --hold or --no-hold.');
      const quarantine = hold ? true : noHold ? false : undefined;
      return given({ enabled: !disabled, values: value, quarantine });
    },
    print: done('The rule is set'),
  }),
  oneCall('alerts try-rule', 'alert-rules.dry-run', {
    args: rule,
    options: { value: option('<name=number...>', valuesHelp, numbers) },
    body: ({ value }) => ({ values: value }),
    print(out, answer) {
      const { runs, times, told } = rowOf(answer);
      out.line(`${shown(times)} times over ${shown(runs)} runs`);
      printTableOf('at', 'title')(out, { rows: told });
    },
  }),
  oneCall('mutes list', 'mutes.list', {
    print: printTableOf('muteId', 'label', 'reason', 'mutedBy', 'until'),
  }),
  oneCall('mutes add', 'mutes.add', {
    options: {
      rule: option('<name>', 'a rule', text),
      source: option('<name>', 'a source', text),
      code: option('<code>', 'failures with this code', text),
      httpStatus: option('<status>', 'with --code: and this status', whole(100, 599)),
      host: option('<name>', 'with --code: and of this host', text),
      reason: option('<text>', 'why: it is shown with what is muted (required)', text),
      minutes: option('<n>', 'how long (required)', whole(1, 527_040)),
    },
    body({ rule: name, source, code, httpStatus = null, host = null, reason, minutes }) {
      const targets = [
        name === undefined ? [] : [{ kind: 'rule', rule: name }],
        source === undefined ? [] : [{ kind: 'source', source }],
        code === undefined ? [] : [{ kind: 'failures', failures: { code, httpStatus, host } }],
      ].flat();
      const [target] = targets;
      if (target === undefined || targets.length > 1) {
        throw new AppError('usage', 'Give one of --rule, --source and --code.');
      }
      if (reason === undefined || minutes === undefined) {
        throw new AppError('usage', 'Give --reason and --minutes.');
      }
      return { target, reason, end: { minutes } };
    },
    print: (out, answer) => printRow(out, answer, ['muteId', 'label', 'until']),
  }),
  oneCall('mutes end', 'mutes.end', {
    args: { muteId: 'the id of the mute' },
    print: done('It is over'),
  }),
  command({
    name: 'quarantines list',
    summary: 'Lists what is held of sources until somebody decides.',
    options: {
      state: option('<state>', 'open or decided (default: open)', oneOf(['open', 'decided'])),
    },
    async run({ client, out, options: { state } }) {
      const answer = rowOf(await client.ask('quarantines.list', { query: { state } }));
      printTableOf(
        'quarantineId',
        'sourceName',
        'title',
        'from',
        'decision',
        'decidedBy',
      )(out, answer);
      out.result(answer);
    },
  }),
  decide('accept'),
  decide('discard'),
];
