import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Lineage, LineageNode } from '../../../../src/api/lineage.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatTime, plural } from '../../ui/format.ts';
import { PrintIcon } from '../../ui/icons.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { useNow } from '../../ui/time.tsx';
import { ChoosePage } from './choose-page.tsx';
import { kindWords } from './kinds.ts';
import { LineageGraph } from './lineage-graph.tsx';
import { lineageQuery } from './lineage-queries.ts';
import { PredictionAccount } from './prediction-account.tsx';
import { RestingPredictions } from './resting-predictions.tsx';
import { sidesOf, type Step } from './sides.ts';
import './lineage.css';

const route = getRouteApi('/lineage');

/** From any object both ways: what it rests on, and what rests on it. */
export function LineagePage() {
  const { kind, id, depth, find, endpoint } = route.useSearch();
  if (kind === undefined || id === undefined) return <ChoosePage key={find} find={find} />;
  return <ObjectPage key={`${kind} ${id}`} kind={kind} id={id} depth={Number(depth ?? 12) || 12} endpoint={endpoint} />;
}

function ObjectPage({ kind, id, depth, endpoint }: { kind: string; id: string; depth: number; endpoint: string | undefined }) {
  const query = useQuery(lineageQuery(kind, id, depth));
  const root = query.data?.root;
  return (
    <Page
      title={root === undefined ? 'Lineage' : `Lineage of ${root.label}`}
      about={
        <>
          <span>{kindWords[kind] ?? kind}</span>
          <Id id={id} />
          {root?.href !== undefined && root.href !== null && (
            <Link to={root.href} className="lineage-open">
              Open its page
            </Link>
          )}
        </>
      }
      actions={
        <>
          <Button variant="default" leftSection={<PrintIcon size={14} />} onClick={() => window.print()}>
            Print
          </Button>
          <CopyAsCode code={asCode(kind, id)} />
        </>
      }
    >
      <PrintedAt />
      {kind === 'prediction' ? <PredictionAccount requestId={id} endpoint={endpoint} /> : <RestingPredictions kind={kind} id={id} />}
      <Asked query={query}>{(lineage) => <Told lineage={lineage} />}</Asked>
    </Page>
  );
}

/** On paper only: from where, and when. */
function PrintedAt() {
  return (
    <p className="lineage-printed">
      {location.origin}, {formatTime(useNow())}
    </p>
  );
}

function Told({ lineage }: { lineage: Lineage }) {
  if (lineage.edges.length === 0) return lineage.root.kind === 'prediction' ? null : <Empty>Nothing is recorded before or after it.</Empty>;
  const { upstream, downstream } = sidesOf(lineage);
  return (
    <>
      <LineageGraph lineage={lineage} />
      {lineage.truncated && <p className="dim">There is more than one page shows: the farthest objects are left out.</p>}
      <div className="lineage-columns">
        <Section title={`What it rests on (${plural(upstream.length, 'object')})`}>
          <Steps steps={upstream} none="Nothing is recorded before it." />
        </Section>
        {lineage.root.kind !== 'prediction' && (
          <Section title={`What rests on it (${plural(downstream.length, 'object')})`}>
            <Steps steps={downstream} none="Nothing rests on it yet." />
          </Section>
        )}
      </div>
    </>
  );
}

function Steps({ steps, none }: { steps: readonly Step[]; none: string }) {
  if (steps.length === 0) return <p className="dim">{none}</p>;
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">Object</th>
          <th scope="col">How</th>
          <th scope="col">When</th>
          <th scope="col">Id</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ node, relation, at }) => (
          <tr key={`${node.kind} ${node.id}`}>
            <td>
              <span className="dim">{kindWords[node.kind] ?? node.kind}</span> <Name node={node} />
            </td>
            <td className="lineage-time">{relation}</td>
            <td className="lineage-time">{formatTime(at)}</td>
            <td>
              <Id id={node.id} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ node }: { node: LineageNode }) {
  return (
    <Link to="/lineage" search={{ kind: node.kind, id: node.id }}>
      {node.label}
    </Link>
  );
}

function asCode(kind: string, id: string) {
  const url = `${location.origin}/api/1/lineage?${new URLSearchParams({ kind, id }).toString()}`;
  if (kind === 'prediction') {
    const account = `${location.origin}/api/1/lineage/predictions/${encodeURIComponent(id)}`;
    return {
      cli: `millwright lineage ${shellWord(`prediction:${id}`)}`,
      curl: `curl -s ${shellWord(account)}`,
      python: `import json, urllib.request\ntold = json.load(urllib.request.urlopen(${JSON.stringify(account)}))\nprint(told["version"], told["run"], told["data"], told["commits"])`,
    };
  }
  // A line for the graph, one for the predictions that rest on the object.
  const resting = `${location.origin}/api/1/lineage/predictions?${new URLSearchParams({ kind, id }).toString()}`;
  return {
    cli: `millwright lineage ${shellWord(cliNameOf(kind, id))}`,
    curl: `curl -s '${url}'\ncurl -s '${resting}'`,
    python: `import json, urllib.request\nlineage = json.load(urllib.request.urlopen("${url}"))\nfor edge in lineage["edges"]:\n    print(edge["from"], edge["relation"], edge["to"])\nprint(json.load(urllib.request.urlopen("${resting}"))["count"], "predictions")`,
  };
}

/** An object as `millwright lineage` takes it. */
function cliNameOf(kind: string, id: string): string {
  if (kind === 'model_version' || kind === 'logged_model') return `models:/${id}`;
  if (kind === 'run') return `runs:/${id}`;
  return kind === 'data_version' ? id : `${kind.replaceAll('_', '-')}:${id}`;
}
