import '../../ui/preview.css';
import { Loading } from '../../ui/loading.tsx';
import { useQuery } from '@tanstack/react-query';
import { readText } from '../../../../sdk/src/client-text.ts';
import { Problem } from '../../ui/problem.tsx';
import { kindOf, parseTable } from './artifact-kind.ts';

/** What is longer is downloaded, not shown: text and tables are drawn whole. */
const previewBytes = 1_000_000;
const previewRows = 500;

/** One file, shown so that nothing in it can act: images as images, pages without scripts in a sandbox, the rest as text. */
export function ArtifactPreview({ path, url }: { path: string; url: string }) {
  return (
    <div className="preview">
      <div className="preview-head">
        <code>{path}</code>
        <a href={url} download={path.slice(path.lastIndexOf('/') + 1)}>
          Download
        </a>
      </div>
      <Preview path={path} url={url} />
    </div>
  );
}

function Preview({ path, url }: { path: string; url: string }) {
  const kind = kindOf(path);
  if (kind === 'image') return <img src={url} alt={path} />;
  if (kind === 'binary') return <p className="dim">No preview for this kind of file.</p>;
  return <TextPreview path={path} url={url} />;
}

function TextPreview({ path, url }: { path: string; url: string }) {
  const content = useQuery({ queryKey: ['runs', 'artifact', url], queryFn: () => readText(url, previewBytes) });
  if (content.error !== null) return <Problem error={content.error} onRetry={() => void content.refetch()} />;
  if (content.data === undefined) return <Loading what="Loading the file" />;
  const { text, complete } = content.data;
  return (
    <>
      {!complete && <p className="dim">Only its beginning is shown; download it for the whole.</p>}
      <Shown path={path} text={text} />
    </>
  );
}

function Shown({ path, text }: { path: string; text: string }) {
  const kind = kindOf(path);
  if (kind === 'html') return <iframe title={path} sandbox="" srcDoc={text} />;
  if (kind === 'table') return <TablePreview rows={parseTable(text, path.endsWith('.tsv') ? '\t' : ',', previewRows + 1)} />;
  return <pre tabIndex={0}>{kind === 'json' ? pretty(text) : text}</pre>;
}

function TablePreview({ rows: [header = [], ...rows] }: { rows: readonly (readonly string[])[] }) {
  return (
    <div className="plain-scroll" role="region" aria-label="Table" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            {header.map((name, column) => (
              <th key={column} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((field, column) => (
                <td key={column}>{field}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length >= previewRows && <p className="dim">The first {previewRows} rows.</p>}
    </div>
  );
}

/** Half a document, or none at all, is shown as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
