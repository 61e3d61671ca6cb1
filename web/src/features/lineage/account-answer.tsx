import { Link } from '@tanstack/react-router';
import type { PredictionLineage } from '../../../../src/api/lineage.ts';
import { Id } from '../../ui/copy.tsx';
import { formatLatency, formatTime, plural } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { RecordedEndpoint } from '../../ui/recorded-endpoint.tsx';

const shownRows = 5;

/** What was asked and what was answered. */
export function Asking({ told: { requestId, record, others } }: { told: PredictionLineage }) {
  return (
    <Section title="The prediction">
      <Facts
        facts={[
          ['Request id', <Id key="id" id={requestId} what="request id" />],
          ['When', formatTime(record.at)],
          ['Status', `${record.status}${record.status < 400 ? ' answered' : ''}, in ${formatLatency(record.latencyMs)}`],
          record.errorCode !== null && ['Error', `${record.errorCode}: ${record.errorMessage ?? ''}`],
          record.rows > 1 && ['Rows', String(record.rows)],
          others.length > 0 && [
            'Also answered by',
            <span key="others">
              {others.map(({ endpoint, at }) => (
                <Link key={`${endpoint} ${at}`} to="/lineage" search={{ kind: 'prediction', id: requestId, endpoint }}>
                  {endpoint}{' '}
                </Link>
              ))}
            </span>,
          ],
        ]}
      />
      {record.shown.slice(0, shownRows).map(({ row, features, prediction }) => (
        <div key={row} className="account-row">
          <p>
            <span className="dim">{record.rows > 1 ? `Prediction of row ${row}` : 'Prediction'}</span> <b>{plainText(prediction)}</b>
          </p>
          {features === null ? (
            <p className="dim">No features were kept.</p>
          ) : (
            <dl className="account-features">
              {Object.entries(features).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{plainText(value)}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      ))}
      {record.rows > shownRows && (
        <Link to="/predictions" search={{ record: requestId }}>
          {plural(record.rows - shownRows, 'more row')}
        </Link>
      )}
    </Section>
  );
}

function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 500 ? `${text.slice(0, 500)} …` : text;
}

/** Which version answered, where, and why it was live. */
export function Answering({ told: { record, deployment, version } }: { told: PredictionLineage }) {
  return (
    <Section title="What answered">
      <Facts
        facts={[
          ['Endpoint', <RecordedEndpoint key="endpoint" record={record} />],
          deployment !== null && [
            'Live',
            `${formatTime(deployment.liveAt)} ${deployment.endedAt === null ? 'until now' : `to ${formatTime(deployment.endedAt)}`}`,
          ],
          deployment !== null && ['Because of', `${deployment.reason}, by ${deployment.actor}`],
          deployment !== null && deployment.flavor !== null && ['Served as', deployment.flavor],
          version === null
            ? ['Model version', record.model === null ? 'none' : `${record.model} ${record.version ?? ''}, as the record says`]
            : [
                'Model version',
                <Link key="version" to="/models/$name" params={{ name: version.model }} search={{ version: String(version.version) }}>
                  {version.model} v{version.version}
                </Link>,
              ],
          version !== null && ['Registered', formatTime(version.createdAt)],
          version !== null && ['Source', <code key="source">{version.source}</code>],
          version !== null && version.digest !== null && ['Digest', <Id key="digest" id={version.digest} what="digest" />],
        ]}
      />
    </Section>
  );
}
