'use client';
/** ImportForm: paste or choose a YAML file, see what would happen, then let it happen. */
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { useDraft } from '#app/ui/draft.ts';
import { TextField } from '#app/ui/field.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { LeaveGuard } from '#app/ui/leave-guard.tsx';
import { countOf } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { ImportPlan } from '#lib/sources/import-sources.ts';
import { importYaml, planYamlImport } from '../actions.ts';

export function ImportForm() {
  const router = useRouter();
  const file = useRef<HTMLInputElement>(null);
  const [yaml, setYaml] = useState('');
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const requestKeyOf = useRequestKey();
  const { forget } = useDraft({
    key: 'source import',
    value: yaml,
    isDirty: yaml !== '',
    takeBack: setYaml,
  });
  const change = (text: string) => {
    if (text === '') forget();
    setYaml(text);
    setPlan(null);
    checking.clearError();
    importing.clearError();
  };
  const checking = useAction(planYamlImport, {
    onDone: setPlan,
    showsError: true,
    refreshes: false,
  });
  const importing = useAction(importYaml, {
    done: ({ created, updated, unchanged }) =>
      `${countOf(created, 'source')} created, ${updated} changed, ${unchanged} unchanged`,
    onDone: () => {
      forget();
      setYaml('');
      router.push('/sources');
    },
    showsError: true,
    refreshes: false,
  });
  return (
    <div className="flex flex-col gap-4">
      {yaml === '' ? null : <LeaveGuard />}
      <Section
        title="YAML"
        aside={
          <>
            <input
              ref={file}
              type="file"
              accept=".yaml,.yml,text/yaml,application/yaml"
              aria-label="Choose a YAML file"
              className="hidden"
              onChange={async (event) => {
                const chosen = event.target.files?.[0];
                if (chosen) change(await chosen.text());
                event.target.value = '';
              }}
            />
            <Button size="sm" onPress={() => file.current?.click()}>
              Choose a file
            </Button>
          </>
        }
      >
        <TextField
          label="Sources and seeds, as in a configuration file"
          help="A source whose name already exists is changed to match the file. Secrets stay as they are."
          rows={16}
          mono
          placeholder={'sources:\n  - name: wiki\n    type: mediawiki\n    …'}
          value={yaml}
          onChange={change}
        />
      </Section>
      <ErrorBanner error={checking.error ?? importing.error} />
      {plan ? <Plan plan={plan} /> : null}
      <div className="flex gap-2">
        {plan ? (
          <Button
            variant="primary"
            isPending={importing.isPending}
            onPress={() => importing.run({ yaml, requestKey: requestKeyOf(yaml) })}
          >
            Import {countOf(plan.sources.length, 'source')}
          </Button>
        ) : (
          <Button
            variant="primary"
            isPending={checking.isPending}
            isDisabled={yaml.trim() === ''}
            onPress={() => checking.run({ yaml })}
          >
            Check the file
          </Button>
        )}
      </div>
    </div>
  );
}

const outcomes: Readonly<Record<ImportPlan['sources'][number]['change'], string>> = {
  new: 'will be created',
  changed: 'will be changed to match the file',
  unchanged: 'is as the file says',
};

function Plan({ plan }: { readonly plan: ImportPlan }) {
  return (
    <Banner title={`The file contains ${countOf(plan.sources.length, 'source')}`} isLive>
      <ul>
        {plan.sources.map((source) => (
          <li key={source.name}>
            <strong>
              <Foreign text={source.name} />
            </strong>{' '}
            ({source.type}, {countOf(source.seeds, 'seed')}): {outcomes[source.change]}
            {source.differs.length > 0 ? `: ${source.differs.join(', ')}` : ''}
          </li>
        ))}
      </ul>
    </Banner>
  );
}
