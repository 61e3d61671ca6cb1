import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Dataset, DatasetVersion } from '../../../../src/api/datasets.ts';
import { Asked } from '../../ui/asked.tsx';
import { Command, CopyAsCode, Id } from '../../ui/copy.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { Age } from '../../ui/time.tsx';
import { datasetsQuery, datasetVersionsQuery } from './dataset-queries.ts';
import './data.css';

/** One path: its versions, where each came from, and how to get the bytes. */
export function DatasetPage({ project, path }: { project: string; path: string }) {
  const datasets = useQuery(datasetsQuery);
  const versions = useQuery(datasetVersionsQuery(project, path));
  const dataset = datasets.data?.items.find((item) => item.project === project && item.path === path);
  const query = new URLSearchParams({ project, path }).toString();
  return (
    <Page
      title={path}
      about={
        <>
          <Link to="/data">Data</Link>
          <span>project {project}</span>
        </>
      }
      actions={
        <CopyAsCode
          code={{
            cli: `millwright pull ${quoted(path)}`,
            curl: `curl -s '${location.origin}/api/1/datasets/versions?${query}'`,
            python: `import json, urllib.request\nurl = "${location.origin}/api/1/datasets/versions?${query}"\nversions = json.load(urllib.request.urlopen(url))["items"]`,
          }}
        />
      }
    >
      <div className="dataset-columns">
        <Section title="Versions">
          <Asked query={versions}>{({ items }) => <Versions versions={items} />}</Asked>
        </Section>
        <div className="page-column">
          {dataset !== undefined && <About dataset={dataset} />}
          <Section title="Get the bytes">
            <Command text={`millwright pull ${quoted(path)}`} />
            <p className="dim">In a clone of the project, at the commit of the version that you want.</p>
          </Section>
        </div>
      </div>
    </Page>
  );
}

function About({ dataset }: { dataset: Dataset }) {
  return (
    <Section title="About">
      <Facts
        facts={[
          ['Kind', dataset.kind === 'tracked' ? 'tracked by a .dvc file' : 'output of a stage'],
          ['Size', dataset.sizeBytes === null ? 'not known' : formatBytes(dataset.sizeBytes)],
          ['Files', dataset.files === null ? 'one file' : plural(dataset.files, 'file')],
          ['Written by', dataset.writtenBy ?? 'added by hand'],
          ['Used by', dataset.readBy.length === 0 ? 'no stage' : dataset.readBy.join(', ')],
          ['Last seen', <Age key="seen" at={dataset.seenAt} />],
        ]}
      />
    </Section>
  );
}

function Versions({ versions }: { versions: readonly DatasetVersion[] }) {
  return (
    <div className="plain-scroll" role="region" aria-label="Versions" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">First seen</th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col" className="number">
              Files
            </th>
            <th scope="col">Commit</th>
            <th scope="col">Made by</th>
            <th scope="col">Lineage</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version, index) => (
            <tr key={version.hash}>
              <td>
                <Id id={version.hash} what={version.algorithm} /> {index === 0 && <span className="dim">newest</span>}
              </td>
              <td>
                <Age at={version.firstSeenAt} />
              </td>
              <td className="number">
                {version.sizeBytes === null ? '–' : formatBytes(version.sizeBytes)}
                {index + 1 < versions.length && <Growth from={versions[index + 1]?.sizeBytes ?? null} to={version.sizeBytes} />}
              </td>
              <td className="number">{version.files ?? 1}</td>
              <td>{version.commit === null ? <span className="dim">–</span> : <Id id={version.commit} what="commit" />}</td>
              <td>
                {version.pipelineRunId === null ? (
                  <span className="dim">–</span>
                ) : (
                  <Link to="/pipelines/$id" params={{ id: version.pipelineRunId }}>
                    pipeline run
                  </Link>
                )}
              </td>
              <td>
                <Link to="/lineage" search={{ kind: 'data_version', id: `${version.algorithm}:${version.hash}` }}>
                  What used it
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How much a version is larger or smaller than the one before. */
function Growth({ from, to }: { from: number | null; to: number | null }) {
  if (from === null || to === null || from === to) return null;
  return (
    <div className="dim growth">
      {to > from ? '+' : '−'}
      {formatBytes(Math.abs(to - from))}
    </div>
  );
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
