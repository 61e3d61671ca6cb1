import type { ReactNode } from 'react';
import { ApiError } from '../../app/api.ts';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Problem } from '../../ui/problem.tsx';
import { shellWord } from '../../ui/shell-word.ts';

interface Query<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  refetch(): unknown;
}

/** What the server read of a version's bytes; where it cannot reach them, that, and the command that changes it. */
export function Readable<T>({ query, path, children }: { query: Query<T>; path: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null) return <Loading what="Reading the data" />;
  const code = query.error instanceof ApiError ? query.error.code : '';
  if (code === 'DATA_NOT_HERE') {
    return (
      <Empty commands={[`millwright fetch --all-commits ${shellWord(path)}`]}>
        The hash of this version is known; its bytes are not in the cache of the project. In the project&apos;s folder, bring them from the
        remote:
      </Empty>
    );
  }
  if (code === 'DATA_NOT_READABLE') {
    return (
      <Empty commands={['millwright up', `millwright pull ${shellWord(path)}`]}>
        This server knows the hashes of this data, not its bytes, because it stands on no project. Run a server in the project&apos;s folder
        to see them here, or pull them in a clone:
      </Empty>
    );
  }
  return <Problem error={query.error} onRetry={() => void query.refetch()} />;
}
