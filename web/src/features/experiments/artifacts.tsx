import { Loading } from '../../ui/loading.tsx';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { artifactUrl, type ArtifactFile } from '../../../../sdk/src/mlflow.ts';
import { Empty } from '../../ui/empty.tsx';
import { formatBytes } from '../../ui/format.ts';
import { ChevronDownIcon, ChevronRightIcon, FileIcon, FolderIcon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ArtifactPreview } from './artifact-preview.tsx';
import { artifactsQuery } from './run-queries.ts';

/** The run's files as a tree; the open one beside it. */
export function Artifacts({ runId, open }: { runId: string; open: string | undefined }) {
  const root = useQuery(artifactsQuery(runId, ''));
  if (root.error !== null) return <Problem error={root.error} onRetry={() => void root.refetch()} />;
  if (root.data === undefined) return <Loading what="Loading artifacts" />;
  if (root.data.length === 0) {
    return (
      <Empty commands={[`import mlflow\nwith mlflow.start_run(run_id="${runId}"):\n    mlflow.log_artifact("plots/forecast.png")`]}>
        This run logged no files.
      </Empty>
    );
  }
  return (
    <div className="artifacts">
      <ul className="artifact-tree" aria-label="Artifacts">
        <Files runId={runId} files={root.data} open={open} />
      </ul>
      {open === undefined ? (
        <p className="dim">Choose a file to see it.</p>
      ) : (
        <ArtifactPreview key={open} path={open} url={artifactUrl(runId, open)} />
      )}
    </div>
  );
}

function Files({ runId, files, open }: { runId: string; files: readonly ArtifactFile[]; open: string | undefined }) {
  return files.map((file) =>
    file.isFolder ? (
      <Folder key={file.path} runId={runId} path={file.path} open={open} />
    ) : (
      <li key={file.path}>
        <Link
          to="."
          search={(previous: Record<string, unknown>) => ({ ...previous, artifact: file.path })}
          className={file.path === open ? 'artifact-item artifact-open' : 'artifact-item'}
          aria-current={file.path === open ? 'true' : undefined}
        >
          <FileIcon size={14} />
          <span>{nameOf(file.path)}</span>
          {file.sizeBytes !== undefined && <span className="dim">{formatBytes(file.sizeBytes)}</span>}
        </Link>
      </li>
    ),
  );
}

function Folder({ runId, path, open }: { runId: string; path: string; open: string | undefined }) {
  const [shown, setShown] = useState(open?.startsWith(`${path}/`) === true);
  const files = useQuery({ ...artifactsQuery(runId, path), enabled: shown });
  return (
    <li>
      <button type="button" className="artifact-item" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {shown ? <ChevronDownIcon size={12} /> : <ChevronRightIcon size={12} />}
        <FolderIcon size={14} />
        <span>{nameOf(path)}</span>
      </button>
      {shown && (
        <>
          {files.error !== null && <Problem error={files.error} />}
          {files.data !== undefined && (
            <ul>
              <Files runId={runId} files={files.data} open={open} />
            </ul>
          )}
        </>
      )}
    </li>
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
