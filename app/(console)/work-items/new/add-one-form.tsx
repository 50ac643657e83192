'use client';
/** AddOneForm: asks for one address of a source, and says what it became. */
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { Button, LinkButton } from '#app/ui/button.tsx';
import { CheckboxField, TextField } from '#app/ui/field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { AddedOne } from '#lib/items/add-one.ts';
import { addOneAction } from './actions.ts';

const became: Readonly<Record<AddedOne['outcome'], string>> = {
  added: 'It is new, and goes before all others of the source',
  again: 'It was known, and is fetched again before all others of the source',
  waiting: 'It was in the queue already, and goes before all others of the source now',
  in_progress: 'A worker is fetching it at this moment',
  retired: 'It is retired, and was left alone: set its fetch plan to have it fetched',
};

export function AddOneForm({
  sources,
  chosen,
}: {
  readonly sources: readonly string[];
  readonly chosen?: string;
}) {
  const only = sources.length === 1 ? sources[0] : undefined;
  const [source, setSource] = useState(chosen ?? only ?? '');
  const [text, setText] = useState('');
  const [anyway, setAnyway] = useState(false);
  const [added, setAdded] = useState<AddedOne | null>(null);
  const [tries, setTries] = useState(0);
  const keyOf = useRequestKey();
  const add = useAction(addOneAction, {
    onDone: (one) => {
      setAdded(one);
      setText('');
      setAnyway(false);
      setTries(tries + 1);
    },
    showsError: true,
    refreshes: false,
  });
  const errors = add.error?.fields ?? {};
  const isShown = errors['text'] !== undefined || errors['source'] !== undefined;
  return (
    <form
      className="panel flex flex-col gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setAdded(null);
        add.run({ source, text, anyway, requestKey: keyOf({ source, text, anyway, tries }) });
      }}
    >
      <SelectField
        label="Source"
        help="By whose settings, pace and credentials it is fetched."
        options={sources.map((name) => ({ value: name, label: name }))}
        value={source}
        onChange={setSource}
        placeholder="Choose a source"
        error={errors['source']}
        isRequired
      />
      <TextField
        label="Address, id or title"
        help="An address of the source or, where it has a name for its resources, that: a title of a wiki, an OpenAlex id or DOI."
        value={text}
        onChange={setText}
        error={errors['text']}
        isRequired
        {...(source === '' ? {} : { autoFocus: true })}
      />
      <CheckboxField
        label="Also when the rules of the source leave it out"
        help="What it includes, what it excludes, and what looks like an endless list. robots.txt is kept in any case."
        isSelected={anyway}
        onChange={setAnyway}
      />
      {isShown ? null : <ErrorBanner error={add.error} />}
      <div>
        <Button type="submit" variant="primary" isPending={add.isPending}>
          Add and fetch
        </Button>
      </div>
      {added === null ? null : (
        <Banner
          kind={added.outcome === 'retired' ? 'warn' : 'done'}
          title={became[added.outcome]}
          isLive
          action={
            <LinkButton href={`/work-items/${added.workItemId}`} size="sm">
              Open the item
            </LinkButton>
          }
        >
          <span className="mono wrap-anywhere">
            {added.resourceType} <bdi>{added.resourceId}</bdi>
          </span>
        </Banner>
      )}
    </form>
  );
}
