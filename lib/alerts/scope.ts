/** Which runs can be compared: those that are asked for the same of the same sources. */
import { hashJson } from '#lib/canonical-json.ts';
import { jsonFromText } from '#lib/json.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';

export interface RunScope {
  readonly scope: string;
  readonly label: string;
  readonly sourceName: string | null;
}

/** Of a run's row. The name says nothing of what is asked for, and neither does who asked. */
export function scopeOf(run: {
  readonly kind: string;
  readonly request: string | null;
  readonly source_revisions: string | null;
}): RunScope {
  const sources = Object.keys(revisionsFromText(run.source_revisions) ?? {}).toSorted();
  const request = jsonFromText(run.request);
  const asked =
    typeof request === 'object' && request !== null && !Array.isArray(request)
      ? { ...request, name: null }
      : null;
  const digest = hashJson([sources, asked]).slice(0, 24);
  const [first, second] = sources;
  const more = sources.length - 1;
  return {
    scope: `${run.kind}:${digest}`,
    label:
      first === undefined
        ? 'A run without sources'
        : second === undefined
          ? first
          : `${first} and ${more} more ${more === 1 ? 'source' : 'sources'}`,
    sourceName: first !== undefined && second === undefined ? first : null,
  };
}
