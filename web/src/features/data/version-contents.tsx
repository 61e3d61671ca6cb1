import { getRouteApi } from '@tanstack/react-router';
import type { DatasetVersion } from '../../../../src/api/datasets.ts';
import { shortId } from '../../ui/format.ts';
import { Section, TabLinks } from '../../ui/page.tsx';
import { ColumnProfiles } from './column-profiles.tsx';
import { FilePreview } from './file-preview.tsx';
import { VersionComparison } from './version-comparison.tsx';
import { VersionFiles } from './version-files.tsx';

const route = getRouteApi('/data');

/** One version: its files, the head of one, what stands in its columns, and what differs from another version. */
export function VersionContents(props: { project: string; path: string; version: DatasetVersion; versions: readonly DatasetVersion[] }) {
  const { project, path, version } = props;
  const { tab, file: chosen } = route.useSearch();
  const isFolder = version.hash.endsWith('.dir');
  const tabs = isFolder ? [files, preview, profile, compare] : [preview, profile, files, compare];
  const active = tabs.find(({ id }) => id === tab)?.id ?? tabs[0]!.id;
  const id = { project, path, version: version.hash };
  const file = isFolder ? chosen : path.slice(path.lastIndexOf('/') + 1);
  return (
    <Section title={`Version ${shortId(version.hash)}`} id="version">
      <TabLinks label="Of this version" tabs={tabs} active={active} />
      <div className="version-tab">
        {active === 'files' && <VersionFiles version={id} />}
        {active === 'preview' && (file === undefined ? <ChooseFile /> : <FilePreview version={id} file={file} />)}
        {active === 'profile' && (file === undefined ? <ChooseFile /> : <ColumnProfiles version={id} file={file} />)}
        {active === 'compare' && <VersionComparison {...props} file={chosen} />}
      </div>
    </Section>
  );
}

const files = { id: 'files', title: 'Files' };
const preview = { id: 'preview', title: 'Preview' };
const profile = { id: 'profile', title: 'Columns' };
const compare = { id: 'compare', title: 'Compare' };

function ChooseFile() {
  return <p className="dim">Choose a file under Files: this version is a folder.</p>;
}
