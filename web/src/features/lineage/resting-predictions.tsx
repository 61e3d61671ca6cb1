import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RestingPredictions as Resting } from '../../../../src/api/lineage.ts';
import { Asked } from '../../ui/asked.tsx';
import { formatCount, formatTime, plural } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { endpointNamesQuery } from '../predictions/prediction-queries.ts';
import { restingPredictionsQuery } from './lineage-queries.ts';

const shownVersions = 100;
const namedVersions = 12;

/** Every kept prediction that rests on an object: how many, from when to when, of which version at which endpoint. */
export function RestingPredictions({ kind, id }: { kind: string; id: string }) {
  const query = useQuery(restingPredictionsQuery(kind, id));
  return (
    <Section title="Predictions that rest on it" id="predictions">
      <Asked query={query}>{(resting) => <Told resting={resting} />}</Asked>
    </Section>
  );
}

function Told({ resting }: { resting: Resting }) {
  const declared = useQuery(endpointNamesQuery).data;
  const { count, firstAt, lastAt, versions, silent, filter, truncated } = resting;
  const none = silent.length === 0 ? 'No model version rests on it.' : `None is kept yet of ${listed(silent)}.`;
  if (count === 0 || firstAt === null || lastAt === null) return <p className="dim">{none}</p>;
  const rows = versions.slice(0, shownVersions).map((row) => ({
    key: `${row.model}/${row.version} ${row.endpoint}`,
    cells: [
      <Link key="version" to="/models/$name" params={{ name: row.model }} search={{ version: row.version }}>
        {row.model} v{row.version}
      </Link>,
      declared?.includes(row.endpoint) === true ? (
        <Link key="endpoint" to="/endpoints/$name" params={{ name: row.endpoint }}>
          {row.endpoint}
        </Link>
      ) : (
        row.endpoint
      ),
      <Link key="count" to="/predictions" search={{ version: `${row.model}/${row.version}`, endpoint: row.endpoint }}>
        {formatCount(row.count)}
      </Link>,
      <span key="first" className="lineage-time">
        {formatTime(row.firstAt)}
      </span>,
      <span key="last" className="lineage-time">
        {formatTime(row.lastAt)}
      </span>,
    ],
  }));
  return (
    <>
      <Facts
        facts={[
          [
            'Predictions',
            <span key="count">
              <b>
                {truncated && 'at least '}
                {formatCount(count)}
              </b>{' '}
              {filter !== null && (
                <Link to="/predictions" search={{ filter }}>
                  Search them
                </Link>
              )}
            </span>,
          ],
          ['First', formatTime(firstAt)],
          ['Last', formatTime(lastAt)],
        ]}
      />
      <PlainTable label="Predictions by version" heads={['Model version', 'Endpoint', ['Predictions'], 'First', 'Last']} rows={rows} />
      {versions.length > rows.length && <p className="dim">{plural(versions.length - rows.length, 'older row')}: see “As code”.</p>}
      {silent.length > 0 && <p className="dim">{none}</p>}
    </>
  );
}

function listed(ids: readonly string[]): string {
  const first = ids.slice(0, namedVersions).map(versionTitle).join(', ');
  return ids.length > namedVersions ? `${first} and ${formatCount(ids.length - namedVersions)} more` : first;
}

function versionTitle(id: string): string {
  const slash = id.lastIndexOf('/');
  return `${id.slice(0, slash)} v${id.slice(slash + 1)}`;
}
