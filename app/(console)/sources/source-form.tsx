'use client';
/** SourceForm: the settings, seeds and secrets of a source, with a test of the values as they stand. */
import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { LeaveGuard } from '#app/ui/leave-guard.tsx';
import { usePauseLive } from '#app/ui/live.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';
import type { StoredSecret } from '#lib/sources/read-sources.ts';
import type { TestFetch } from '#lib/sources/test-source.ts';
import { type SaveInput, save, test } from './actions.ts';
import type { LastChange } from './draft-notes.tsx';
import { FieldGroups, FormFieldInput, SeedFields } from './form-fields.tsx';
import type { SourceFormModel } from './form-model.ts';
import { applying, errorFor, jsonOf, otherErrors, valuesOf } from './form-values.ts';
import type { SeedDraft } from './merge-drafts.ts';
import { SecretInputs } from './secret-inputs.tsx';
import { useSourceDraft } from './use-source-draft.ts';

const loadTestResult = () => import('./test-result.tsx');
const TestResult = lazy(loadTestResult);
const DraftNotes = lazy(() => import('./draft-notes.tsx'));

export interface SourceFormStart {
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
}

export interface SavedSource {
  readonly sourceId: string;
  readonly revision: number;
  readonly storedSecrets: readonly StoredSecret[];
}

export function SourceForm({
  draftKey,
  model,
  start,
  saved,
  lastChange = null,
  canChange,
  canSetSecrets,
}: {
  /** Names what the form is for, so that what was typed finds its way back. */
  readonly draftKey: string;
  readonly model: SourceFormModel;
  readonly start: SourceFormStart;
  /** Null for a source that does not exist yet. */
  readonly saved: SavedSource | null;
  readonly lastChange?: LastChange | null;
  readonly canChange: boolean;
  readonly canSetSecrets: boolean;
}) {
  const router = useRouter();
  const form = useSourceDraft({ draftKey, model, start, revision: saved?.revision ?? null });
  const { isDirty, setDirty, secrets, setSecrets } = form;
  const { name, enabled, values, seeds } = form.draft;
  const [tested, setTested] = useState<TestFetch | null>(null);
  const requestKeyOf = useRequestKey();
  usePauseLive(isDirty);

  const input = (): Pick<SaveInput, 'source' | 'sourceId'> => ({
    source: {
      name,
      type: model.type,
      enabled,
      settings: jsonOf(model.settings, values),
      seeds: seeds.map((seed) => jsonOf(model.seed, seed.values)),
      secrets,
    },
    ...(saved ? { sourceId: saved.sourceId } : {}),
  });
  const saving = useAction(save, {
    done: ({ revision }) =>
      saved?.revision === revision ? 'Nothing changed' : `Saved ${name} as revision ${revision}`,
    onDone: ({ sourceId }) => {
      setDirty(false);
      form.forget();
      if (!saved) router.push(`/sources/${sourceId}`);
    },
    showsError: true,
    refreshes: saved !== null,
    onFailed: ({ code }) => {
      // The page brings what the other saved, and the draft comes back beside it.
      if (code === 'conflict') router.refresh();
    },
  });
  const testing = useAction(test, { onDone: setTested, showsError: true, refreshes: false });
  const error = saving.error ?? testing.error;
  const fields = error?.fields;
  const submit = () => {
    testing.clearError();
    const asked = { ...input(), ...(saved ? { expectedRevision: saved.revision } : {}) };
    saving.run({ ...asked, requestKey: requestKeyOf(asked) });
  };
  const runTest = () => {
    loadTestResult().catch(() => undefined);
    setTested(null);
    saving.clearError();
    testing.run(input());
  };
  const settings = applying(model.settings, model.settings, values);
  const stored = saved?.storedSecrets ?? [];
  const applyingSecrets = applying(model.secrets, model.settings, values);
  // One that is stored and no longer used can be removed.
  const shownSecrets = model.secrets.filter(
    (secret) => applyingSecrets.includes(secret) || stored.some(({ name }) => name === secret.name),
  );
  const known = [
    'name',
    ...settings.map((field) => `settings.${field.path}`),
    ...seeds.flatMap((_, at) => model.seed.map((field) => `seeds.${at}.${field.path}`)),
    ...shownSecrets.map((secret) => `secrets.${secret.name}`),
  ];

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {isDirty ? <LeaveGuard /> : null}
      {form.hasComeBack || form.foreign ? (
        <Suspense fallback={null}>
          <DraftNotes form={form} revision={saved?.revision ?? 0} last={lastChange} />
        </Suspense>
      ) : null}
      {error ? <FormError error={error} other={otherErrors(fields, known)} /> : null}
      <Section title="Source">
        <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
          <TextField
            label="Name"
            help={
              saved
                ? 'Cannot be changed: its items carry the name.'
                : 'Its items carry this name; it cannot be changed later. No colon.'
            }
            isRequired
            isDisabled={saved !== null || !canChange}
            value={name}
            onChange={(value) => form.change({ name: value })}
            error={errorFor(fields, 'name')}
          />
          <SwitchField
            label="Enabled"
            help="A disabled source is neither fetched nor part of new runs."
            isSelected={enabled}
            isDisabled={!canChange}
            onChange={(value) => form.change({ enabled: value })}
          />
        </div>
      </Section>
      <Section title={`${model.title} settings`}>
        <div className="flex flex-col gap-5">
          <FieldGroups fields={settings}>
            {(field) => (
              <FormFieldInput
                field={field}
                value={values[field.path] ?? field.initial}
                error={errorFor(fields, `settings.${field.path}`)}
                isDisabled={!canChange}
                onChange={(value) => form.setValue(field.path, value)}
              />
            )}
          </FieldGroups>
        </div>
      </Section>
      {shownSecrets.length > 0 ? (
        <SecretInputs
          secrets={shownSecrets}
          stored={stored}
          values={secrets}
          fields={fields}
          canChange={canSetSecrets}
          onChange={setSecrets}
        />
      ) : null}
      <Section
        title="Seeds"
        aside={
          canChange ? (
            <Button
              size="sm"
              icon={<Plus aria-hidden />}
              onPress={() => form.change({ seeds: [...seeds, newSeed(model, seeds)] })}
            >
              Add a seed
            </Button>
          ) : null
        }
      >
        {seeds.length === 0 ? (
          <p className="text-sm text-ink-3">Without seeds a run has nowhere to start.</p>
        ) : (
          <div className="flex flex-col gap-4">
            {seeds.map((seed, at) => (
              <SeedFields
                key={seed.key}
                number={at + 1}
                fields={model.seed}
                values={seed.values}
                errors={fields}
                path={`seeds.${at}`}
                isDisabled={!canChange}
                onChange={(changed) =>
                  form.change({
                    seeds: seeds.map((one) => (one === seed ? { ...one, values: changed } : one)),
                  })
                }
                onRemove={() => form.change({ seeds: seeds.filter((one) => one !== seed) })}
              />
            ))}
          </div>
        )}
      </Section>
      {tested ? (
        <Suspense fallback={null}>
          <div
            // The outcome may lie below the fold: a person who asked for it is brought there.
            ref={(element) => element?.scrollIntoView({ block: 'nearest' })}
            className="scroll-mb-20"
          >
            <TestResult result={tested} />
          </div>
        </Suspense>
      ) : null}
      {canChange ? (
        <div className="sticky bottom-0 z-10 -mx-3 flex flex-wrap items-center gap-2 border-t bg-canvas px-3 py-3 sm:-mx-5 sm:px-5">
          <Button type="submit" variant="primary" isPending={saving.isPending}>
            {saved ? 'Save changes' : 'Create source'}
          </Button>
          <Button isPending={testing.isPending} onPress={runTest}>
            Test these values
          </Button>
          <span className="text-xs text-ink-3">
            {isDirty ? 'Not saved yet.' : 'A test fetches up to five items and stores nothing.'}
          </span>
        </div>
      ) : null}
    </form>
  );
}

const newSeed = (model: SourceFormModel, seeds: readonly SeedDraft[]): SeedDraft => ({
  key: Math.max(-1, ...seeds.map((seed) => seed.key)) + 1,
  values: valuesOf(model.seed, {}),
});

function FormError({
  error,
  other,
}: {
  readonly error: PublicError;
  readonly other: readonly string[];
}) {
  const title = error.fields ? 'Some fields need another value' : error.message;
  return (
    <ErrorBanner error={error} title={title}>
      {other.length > 0 ? (
        <ul>
          {other.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      ) : null}
    </ErrorBanner>
  );
}
