'use client';
/** LaunchPreviewText: how many items a launch would take, asked a moment after the last change. */
import { useEffect, useState } from 'react';
import { mayPass } from '#app/ui/may-pass.ts';
import { countOf, formatDuration } from '#app/ui/num.tsx';
import { TryAgain } from '#app/ui/try-again.tsx';
import { answerOf } from '#app/ui/use-action.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { LaunchPreview } from '#lib/previews/preview-run.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { previewLaunch } from './actions.ts';

const askAfterMs = 250;

export function LaunchPreviewText({
  request,
  ofRun = null,
}: {
  readonly request: LaunchRequest;
  /** The run whose items are taken; null = all that is known. */
  readonly ofRun?: string | null;
}) {
  const [told, setTold] = useState<{ readonly of: string; readonly preview: LaunchPreview }>();
  const [problem, setProblem] = useState<PublicError | null>(null);
  const [tries, setTries] = useState(0);
  // The request is a new object at each render; its text shows whether anything changed.
  const text = JSON.stringify({ ...request, name: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks the same
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      // The text was made from a LaunchRequest two lines above.
      const asked = JSON.parse(text) as LaunchRequest;
      const result = await answerOf(previewLaunch({ request: asked, ofRun }));
      if (!isCurrent) return;
      setTold(result.ok ? { of: text, preview: result.data } : undefined);
      setProblem(result.ok ? null : result.error);
    }, askAfterMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text, ofRun, tries]);
  // The count of another choice says nothing of this one.
  const preview = told?.of === text ? told.preview : null;
  return (
    // High enough for what is told, so that the buttons below stay where they are when it comes.
    <div role="status" className="min-h-[3.625rem] rounded border bg-inset px-3 py-2 text-sm">
      {problem ? (
        <span className="text-failed">
          {problem.message} {problem.remedy}{' '}
          {mayPass(problem) ? (
            <TryAgain size="sm" onRetry={() => setTries((count) => count + 1)} />
          ) : null}
        </span>
      ) : preview === null ? (
        <span className="text-ink-2">Counting the items …</span>
      ) : (
        <Words preview={preview} kind={request.kind} isDue={request.due === true} />
      )}
    </div>
  );
}

function Words({
  preview,
  kind,
  isDue,
}: {
  readonly preview: LaunchPreview;
  readonly kind: LaunchRequest['kind'];
  readonly isDue: boolean;
}) {
  const known = preview.sources.reduce((sum, source) => sum + source.knownSeeds, 0);
  const paused = preview.sources.filter((source) => source.isPaused);
  return (
    <>
      <p>
        {preview.items === null ? (
          'Too many items to count in two seconds'
        ) : (
          <>
            <strong className="num">
              {preview.isAtLeast ? 'More than ' : ''}
              {countOf(preview.items, 'item')}
            </strong>{' '}
            {isDue ? 'due or new' : 'at the start'}
            {preview.requests === null ? '' : `, at least ${countOf(preview.requests, 'request')}`}
          </>
        )}
        {preview.leastMs > 0
          ? `, at least ${formatDuration(preview.leastMs)} at the polite rate`
          : ''}
        .
      </p>
      {kind === 'seed' ? (
        <p className="text-xs text-ink-3">
          {known > 0
            ? `${countOf(known, 'seed is', 'seeds are')} already known and not fetched again; choose Recrawl for that. `
            : ''}
          Discovered items come on top.
        </p>
      ) : null}
      {paused.length > 0 ? (
        <p className="text-xs text-warn">
          Paused, and fetched only once resumed: {paused.map((source) => source.name).join(', ')}.
        </p>
      ) : null}
    </>
  );
}
