import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Dataset, DatasetVersion } from '../../../../src/api/datasets.ts';
import { Asked } from '../../ui/asked.tsx';
import { Command, CopyAsCode, CopyIconButton, Id } from '../../ui/copy.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatBytes, formatCount, plural, shortId } from '../../ui/format.ts';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { Age } from '../../ui/time.tsx';
import { VersionContents } from './version-contents.tsx';
import { datasetsQuery, datasetVersionsQuery } from './dataset-queries.ts';
import '../../ui/comparison.css';
import './data.css';

const route = getRouteApi('/data');

/** One path: its versions, where each came from, and how to get the bytes. */
export function DatasetPage({ project, path }: { project: string; path: string }) {
  const datasets = useQuery(datasetsQuery);
  const versions = useQuery(datasetVersionsQuery(project, path));
  const { version } = route.useSearch();
  const chosen = versions.data?.items.find(({ hash }) => hash === version) ?? versions.data?.items[0];
  const dataset = datasets.data?.find((item) => item.project === project && item.path === path);
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
            cli: `millwright pull ${shellWord(path)}`,
            curl: `curl -s '${location.origin}/api/1/datasets/versions?${query}'`,
            python: `import json, urllib.request\nurl = "${location.origin}/api/1/datasets/versions?${query}"\nversions = json.load(urllib.request.urlopen(url))["items"]`,
          }}
        />
      }
    >
      <div className="dataset-columns">
        <div className="page-column">
          <Section title="Versions">
            <Asked query={versions}>
              {({ items }) => (items.length === 0 ? <NoVersions project={project} /> : <Versions versions={items} shown={chosen?.hash} />)}
            </Asked>
          </Section>
          {chosen !== undefined && (
            <VersionContents key={chosen.hash} project={project} path={path} version={chosen} versions={versions.data?.items ?? []} />
          )}
        </div>
        <div className="page-column">
          {dataset !== undefined && <About dataset={dataset} />}
          <Section title="Get the bytes">
            <Command text={`millwright pull ${shellWord(path)}`} />
            <p className="dim">In a clone of the project, at the commit of the version that you want.</p>
          </Section>
        </div>
      </div>
    </Page>
  );
}

function NoVersions({ project }: { project: string }) {
  return <Empty>No version of this path was seen in the project {project}. It may have another name, or the address is mistyped.</Empty>;
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

function Versions({ versions, shown }: { versions: readonly DatasetVersion[]; shown: string | undefined }) {
  return (
    <PlainTable
      label="Versions"
      heads={['Version', 'First seen', ['Size'], ['Files'], 'Commit', 'Made by', 'Lineage']}
      rows={versions.map((version, index) => ({
        key: version.hash,
        className: version.hash === shown ? 'row-chosen' : undefined,
        cells: [
          <VersionLink
            key="version"
            hash={version.hash}
            algorithm={version.algorithm}
            isNewest={index === 0}
            isShown={version.hash === shown}
          />,
          <Age key="seen" at={version.firstSeenAt} />,
          <Size key="size" version={version} before={versions[index + 1]} />,
          formatCount(version.files ?? 1),
          version.commit === null ? '–' : <Id key="commit" id={version.commit} what="commit" />,
          version.pipelineRunId === null ? (
            '–'
          ) : (
            <Link key="run" to="/pipelines/$id" params={{ id: version.pipelineRunId }}>
              pipeline run
            </Link>
          ),
          <Link key="lineage" to="/lineage" search={{ kind: 'data_version', id: `${version.algorithm}:${version.hash}` }}>
            What used it
          </Link>,
        ],
      }))}
    />
  );
}

function VersionLink(props: { hash: string; algorithm: string; isNewest: boolean; isShown: boolean }) {
  return (
    <span className="id version-id">
      <Link
        to="."
        search={(previous: Record<string, unknown>) => ({ ...previous, version: props.isNewest ? undefined : props.hash, from: undefined })}
        resetScroll={false}
        aria-current={props.isShown ? 'true' : undefined}
        title={props.hash}
      >
        <code>{shortId(props.hash)}</code>
      </Link>
      <CopyIconButton text={props.hash} what={props.algorithm} /> {props.isNewest && <span className="dim">newest</span>}
    </span>
  );
}

function Size({ version, before }: { version: DatasetVersion; before: DatasetVersion | undefined }) {
  return (
    <>
      {version.sizeBytes === null ? '–' : formatBytes(version.sizeBytes)}
      {before !== undefined && <Growth from={before.sizeBytes} to={version.sizeBytes} />}
    </>
  );
}

/** How much a version is larger or smaller than the one before. */
function Growth({ from, to }: { from: number | null; to: number | null }) {
  if (from === null || to === null || from === to) return null;
  return (
    <div className="delta">
      {to > from ? '+' : '−'}
      {formatBytes(Math.abs(to - from))}
    </div>
  );
}
