import '../../ui/preview.css';
import { useQuery } from '@tanstack/react-query';
import { datasetContentPath, type DatasetVersionId } from '../../../../sdk/src/millwright.ts';
import type { DatasetPreview } from '../../../../src/api/datasets.ts';
import { formatBytes, plural } from '../../ui/format.ts';
import { datasetPreviewQuery } from './dataset-queries.ts';
import { Readable } from './readable.tsx';

/** The head of a file, shown so that nothing in it can act. */
export function FilePreview({ version, file }: { version: DatasetVersionId; file: string }) {
  const preview = useQuery(datasetPreviewQuery(version, file));
  const url = datasetContentPath(version, file);
  return (
    <Readable query={preview} path={version.path}>
      {(data) => (
        <div className="preview">
          <div className="preview-head">
            <code>{file}</code>
            <span className="dim">{formatBytes(data.sizeBytes)}</span>
            <a href={url} download={file.slice(file.lastIndexOf('/') + 1)}>
              Download
            </a>
          </div>
          <Head data={data} file={file} url={url} />
        </div>
      )}
    </Readable>
  );
}

function Head({ data, file, url }: { data: DatasetPreview; file: string; url: string }) {
  if (data.kind === 'image') return <img src={url} alt={file} />;
  if (data.kind === 'binary') return <p className="dim">No preview for this kind of file.</p>;
  if (data.kind === 'text') {
    return (
      <>
        {!data.isComplete && <p className="dim">Only its beginning is shown; download it for the whole.</p>}
        <pre tabIndex={0}>{data.text}</pre>
      </>
    );
  }
  return (
    <>
      <p className="dim">{data.isComplete ? plural(data.rows.length, 'row') : `The first ${plural(data.rows.length, 'row')}`}</p>
      <div className="plain-scroll data-head" role="region" aria-label="Head of the table" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              {data.columns.map((name) => (
                <th key={name} scope="col">
                  <bdi>{name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row, index) => (
              <tr key={index}>
                {data.columns.map((name, column) => (
                  <td key={name}>
                    <bdi>{row[column]}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
