'use client';
/** RobotsPanel: the robots.txt of a host as it was read last, and what it says of an address. */
import { useState } from 'react';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { TextField } from '#app/ui/field.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { RobotsTrial, StoredRobots } from '#lib/source-types/web/try-robots.ts';
import { tryRobotsAction } from '../actions.ts';
import { robotsWords } from '../host-words.tsx';

export function RobotsPanel({
  host,
  robots,
  agent: ours,
}: {
  readonly host: string;
  /** Of a long file the beginning. */
  readonly robots: StoredRobots | null;
  /** What sources call themselves unless they say otherwise. */
  readonly agent: string;
}) {
  const [address, setAddress] = useState('');
  const [agent, setAgent] = useState(ours);
  const [trial, setTrial] = useState<RobotsTrial | null>(null);
  const trying = useAction(tryRobotsAction, {
    onDone: setTrial,
    showsError: true,
    refreshes: false,
  });
  const { error } = trying;
  if (robots === null) {
    return (
      <Section title="robots.txt">
        <p className="text-sm text-ink-3">
          It was not read: no source that obeys it has asked this host yet.
        </p>
      </Section>
    );
  }
  return (
    <Section
      title="robots.txt"
      aside={
        <>
          read <Time at={robots.readAt} />
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-sm text-ink-2">{robotsWords(robots.status)}.</p>
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            setTrial(null);
            trying.run({ host, address, agent });
          }}
        >
          <TextField
            label="Try an address"
            help="Of this host, or its path alone. Nothing is sent."
            placeholder="/page"
            mono
            maxLength={4000}
            value={address}
            onChange={setAddress}
            error={error?.fields?.['address']}
          />
          <TextField
            label="As"
            help="The name that a source goes under."
            maxLength={300}
            value={agent}
            onChange={setAgent}
            error={error?.fields?.['agent']}
          />
          <Button type="submit" size="sm" className="w-fit" isPending={trying.isPending}>
            Try it
          </Button>
        </form>
        {error && !error.fields ? <ErrorBanner error={error} /> : null}
        {trial ? <Trial trial={trial} /> : null}
        {robots.body ? (
          <CodeBlock label="robots.txt" maxHeight="20rem">
            {robots.body}
          </CodeBlock>
        ) : null}
      </div>
    </Section>
  );
}

function Trial({ trial }: { readonly trial: RobotsTrial }) {
  const whose = trial.agents.includes('*') ? 'everybody' : trial.agents.join(', ');
  return (
    <Banner
      isLive
      kind={trial.allowed ? 'done' : 'warn'}
      title={trial.allowed ? 'It may be fetched' : 'It may not be fetched'}
    >
      <span className="block wrap-anywhere">{trial.url}</span>
      {trial.because ??
        (trial.rule === null ? (
          `No line for ${whose} speaks of it.`
        ) : (
          <>
            Line {trial.rule.line} decides, of the rules for {whose}:{' '}
            <code className="mono">{trial.rule.text}</code>
          </>
        ))}
    </Banner>
  );
}
