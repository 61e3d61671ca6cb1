import { Button } from '@mantine/core';
import { ApiError } from '../app/api.ts';
import { StateShape } from './state-mark.tsx';
import './problem.css';

interface Advice {
  readonly title: string;
  readonly remedy: string;
}

function adviseOn(error: unknown): Advice {
  if (error instanceof ApiError) {
    if (error.status === 401 || error.status === 403) {
      return {
        title: 'This needs a token',
        remedy: 'Open the address that `millwright up` printed (it ends in ?code=…): it signs this browser in.',
      };
    }
    if (error.status === 404) return { title: 'Not found', remedy: 'It may have been deleted, or the address is mistyped.' };
    if (error.status >= 500) return { title: 'The server failed', remedy: 'Its log says more; try again.' };
    return { title: 'The server refused', remedy: '' };
  }
  if (error instanceof TypeError) return { title: 'The server does not answer', remedy: 'Is it running? Start it with: millwright up' };
  return { title: 'Something went wrong', remedy: '' };
}

/** What happened, why, and what to do; the raw detail is one click away. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, remedy } = adviseOn(error);
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof ApiError ? `${error.status} ${error.code}\n${message}` : message;
  return (
    <div className="problem" role="alert">
      <p className="problem-title">
        <StateShape tone="failed" /> {title}
      </p>
      <p>{message}</p>
      {remedy !== '' && <p className="dim">{remedy}</p>}
      <details>
        <summary>Detail</summary>
        <pre tabIndex={0}>{detail}</pre>
      </details>
      {onRetry !== undefined && (
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
