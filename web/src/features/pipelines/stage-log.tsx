import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { StageRun } from '../../../../src/api/pipeline-runs.ts';
import { download } from '../../ui/csv.ts';
import { Problem } from '../../ui/problem.tsx';
import { plainText } from './plain-text.ts';
import { stageLogQuery } from './pipeline-queries.ts';

const pollMs = 1_000;

/** The log as it grows; it follows its end until the reader scrolls away from it. */
export function StageLog({ pipelineRunId, stage }: { pipelineRunId: string; stage: StageRun }) {
  const log = useInfiniteQuery({ ...stageLogQuery(pipelineRunId, stage.stage), enabled: stage.state !== 'waiting' });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = log;
  const text = useMemo(() => plainText(log.data?.pages.map((chunk) => chunk.text).join('') ?? ''), [log.data]);
  const caughtUp = log.data?.pages.at(-1)?.text === '';
  const running = stage.state === 'running';
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || (caughtUp && !running)) return;
    const timer = setTimeout(() => void fetchNextPage(), caughtUp ? pollMs : 0);
    return () => clearTimeout(timer);
    // Each answer, also an empty one, starts the next wait.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, caughtUp, running, log.data]);

  const view = useRef<HTMLPreElement>(null);
  const [following, setFollowing] = useState(true);
  useEffect(() => {
    if (following && view.current !== null) view.current.scrollTop = view.current.scrollHeight;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [text, following]);

  if (stage.state === 'waiting') return <p className="dim">The stage has not begun.</p>;
  if (log.error !== null) return <Problem error={log.error} onRetry={() => void log.refetch()} />;
  if (text === '')
    return (
      <p className="dim">
        {running
          ? 'Nothing written yet.'
          : ['cached', 'restored', 'skipped'].includes(stage.state)
            ? 'The stage did not run: there is no log.'
            : 'The stage wrote nothing.'}
      </p>
    );
  return (
    <>
      <pre
        ref={view}
        className="log"
        tabIndex={0}
        role="log"
        aria-label={`Log of ${stage.stage}`}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          setFollowing(scrollTop + clientHeight > scrollHeight - 24);
        }}
      >
        {text}
      </pre>
      <div className="log-foot">
        <span className="dim">{running ? (following ? 'Live, following the end' : 'Live') : ''}</span>
        <button type="button" className="link-button" onClick={() => download(`${stage.stage}.log`, text, 'text/plain')}>
          Save the log
        </button>
      </div>
    </>
  );
}
