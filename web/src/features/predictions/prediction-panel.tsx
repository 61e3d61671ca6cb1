import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Prediction } from '../../../../src/api/predictions.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, CopyIconButton, Id } from '../../ui/copy.tsx';
import { formatTime, plural } from '../../ui/format.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { Facts } from '../../ui/page.tsx';
import { RecordedEndpoint } from '../../ui/recorded-endpoint.tsx';
import { recordAsCode } from './as-code.ts';
import { Latency, StatusMark, Value } from './prediction-columns.tsx';
import { predictionQuery } from './prediction-queries.ts';
import { equalTo, featureField } from './predictions-view.ts';

const shownRows = 20;

/** One request: what was asked, what was answered, and the way to where it came from. */
export function PredictionPanel(props: { requestId: string; onClose: () => void; onCompare: (comparison: string) => void }) {
  const query = useQuery(predictionQuery(props.requestId));
  return (
    <aside className="prediction-panel" aria-label={`Prediction ${props.requestId}`}>
      <header className="prediction-panel-head">
        <h2>Prediction</h2>
        <div className="prediction-panel-acts">
          <Link to="/lineage" search={{ kind: 'prediction', id: props.requestId }} className="button-link">
            Where it came from
          </Link>
          <CopyAsCode code={recordAsCode(props.requestId)} />
          <ActionIcon variant="subtle" color="gray" size={28} aria-label="Close the prediction" title="Close (Esc)" onClick={props.onClose}>
            <CloseIcon size={14} />
          </ActionIcon>
        </div>
      </header>
      <Asked query={query}>{({ items }) => <Record rows={items} onCompare={props.onCompare} />}</Asked>
    </aside>
  );
}

function Record({ rows, onCompare }: { rows: readonly Prediction[]; onCompare: (comparison: string) => void }) {
  const first = rows[0]!;
  return (
    <>
      <Facts facts={factsOf(first)} />
      {rows.slice(0, shownRows).map((row) => (
        <section key={`${row.at} ${row.endpoint} ${row.row}`} className="prediction-row">
          {rows.length > 1 && (
            <h3>
              Row {row.row} {row.endpoint !== first.endpoint && `at ${row.endpoint}`}
            </h3>
          )}
          <div className="prediction-answer">
            <span className="dim">Prediction</span> <Whole value={row.prediction} />
          </div>
          <Features features={row.features} onCompare={onCompare} />
        </section>
      ))}
      {rows.length > shownRows && <p className="dim">{plural(rows.length - shownRows, 'more row')}: see “As code”.</p>}
    </>
  );
}

function factsOf(row: Prediction): Parameters<typeof Facts>[0]['facts'] {
  return [
    ['Request id', <Id key="id" id={row.requestId} what="request id" />],
    ['When', formatTime(row.at)],
    ['Status', <StatusMark key="status" row={row} />],
    row.errorCode !== null && [
      'Error',
      <span key="error">
        <code>{row.errorCode}</code> {row.errorMessage}
      </span>,
    ],
    ['Endpoint', <RecordedEndpoint key="endpoint" record={row} />],
    [
      'Model version',
      row.model === null ? (
        <span key="none" className="dim">
          none answered
        </span>
      ) : (
        <Link key="model" to="/models/$name" params={{ name: row.model }} search={{ version: row.version ?? undefined }}>
          {row.model} v{row.version}
        </Link>
      ),
    ],
    row.runId !== null && ['Run', <Id key="run" id={row.runId} to={`/experiments/runs/${row.runId}`} what="run id" />],
    ['Latency', <Latency key="latency" ms={row.latencyMs} />],
    ['Protocol', row.protocol === 'sent' ? 'sent from elsewhere' : row.protocol],
    row.rows > 1 && ['Rows', String(row.rows)],
  ];
}

function Features({ features, onCompare }: { features: Prediction['features']; onCompare: (comparison: string) => void }) {
  if (features === null) return <p className="dim">No features were kept: the request could not be read, or they are masked.</p>;
  return (
    <table className="plain prediction-features">
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">Value</th>
          <th scope="col">
            <span className="visually-hidden">Filter by it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(features).map(([name, value]) => {
          const comparison = equalTo(featureField(name), value);
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Whole value={value} />
              </td>
              <td>
                {comparison !== undefined && (
                  <button type="button" className="link-button" title={comparison} onClick={() => onCompare(comparison)}>
                    filter<span className="visually-hidden"> by {name}</span>
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A value in full: numbers with every digit, structures as JSON. */
function Whole({ value }: { value: unknown }) {
  if (typeof value !== 'object' || value === null)
    return value === null || value === undefined ? <Value value={null} /> : <span className="mono">{String(value)}</span>;
  const text = JSON.stringify(value);
  return (
    <span className="prediction-json">
      <code>{text.length > 2000 ? `${text.slice(0, 2000)} …` : text}</code>
      <CopyIconButton text={text} what="value" />
    </span>
  );
}
