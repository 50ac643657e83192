/** `pnpm holocron …`: what operators do, from a command line; through the API of a console, or on the database. */
import { openClient } from './holocron/client.ts';
import { addCommands } from './holocron/command.ts';
import { groups, holocronCommands } from './holocron/commands.ts';
import { defineCommand, runProgram } from './support/program.ts';

export const program = defineCommand({
  name: 'holocron',
  description:
    'Does what operators do: through the API of a console by --url and HOLOCRON_TOKEN, else on the database.',
  reads: 'what the command is about',
  changes: 'what the command says; the audit log names the token, or that a command did it',
  exitCodes: {
    2: 'sources drift: they are not those of the file',
    3: 'waited for: it ended otherwise than completed, or with failures',
    4: 'waited for: it was still running at the time-out',
  },
  examples: [
    ['runs launch --source wiki --wait --json', 'launches a run and waits for its end'],
    ['runs launch --recrawl --stale 7', 'fetches again what was not fetched for a week'],
    ['items retry --filter source=wiki status=failed', 'says what retrying these would do'],
    ['items retry --filter source=wiki status=failed --yes', 'retries them'],
    ['sources export --out sources.yaml', 'writes all sources as YAML'],
    ['sources drift sources.yaml', 'ends with 2 when somebody changed them since'],
    ['why 01980000-0000-7000-8000-000000000001', 'says what an item waits for'],
    ['stop --reason "the database moves" --minutes 30', 'stops everything for half an hour'],
    ['runs list --url https://console.example', 'asks a console, with the token HOLOCRON_TOKEN'],
  ],
});
addCommands(program, holocronCommands, groups, openClient);

if (import.meta.main) await runProgram(program);
