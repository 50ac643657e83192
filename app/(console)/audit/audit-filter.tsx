'use client';
/** The audit log's filter; the address holds it. A form that also works before its code has come. */
import { useRouter } from 'next/navigation';
import type { FormEvent } from 'react';
import { Button, LinkButton } from '#app/ui/button.tsx';
import { TextField } from '#app/ui/field.tsx';

const fields = ['actor', 'action', 'type', 'target', 'from', 'to'] as const;
export type AuditFilterValues = Partial<Record<(typeof fields)[number], string>>;

export function AuditFilter({ values }: { readonly values: AuditFilterValues }) {
  const router = useRouter();
  const bind = (name: (typeof fields)[number]) => ({ name, defaultValue: values[name] ?? '' });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const search = new URLSearchParams();
    for (const field of fields) {
      const value = String(form.get(field) ?? '').trim();
      if (value) search.set(field, value);
    }
    router.push(search.size > 0 ? `/audit?${search}` : '/audit');
  }
  const isFiltered = fields.some((field) => values[field]);
  return (
    <form action="/audit" onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <TextField
        label="Who"
        placeholder="part of the address"
        className="w-44"
        {...bind('actor')}
      />
      <TextField
        label="What"
        placeholder="run or run.cancel"
        className="w-40"
        {...bind('action')}
      />
      <TextField label="From" placeholder="2026-01-31" className="w-28" {...bind('from')} />
      <TextField label="To" placeholder="2026-02-28" className="w-28" {...bind('to')} />
      {(['type', 'target'] as const).map((field) =>
        values[field] ? <input key={field} type="hidden" {...bind(field)} /> : null,
      )}
      <Button type="submit">Filter</Button>
      {isFiltered ? (
        <LinkButton href="/audit" variant="quiet">
          Clear
        </LinkButton>
      ) : null}
    </form>
  );
}
