import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Lineage, LineageNode } from '../../../../src/api/lineage.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatTime, plural } from '../../ui/format.ts';
import { PrintIcon } from '../../ui/icons.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { useNow } from '../../ui/time.tsx';
import { ChoosePage } from './choose-page.tsx';
import { kindWords } from './kinds.ts';
import { lineageQuery } from './lineage-queries.ts';
import { PredictionAccount } from './prediction-account.tsx';
import { RestingPredictions } from './resting-predictions.tsx';
import { sidesOf, type Step } from './sides.ts';
import './lineage.css';

const route = getRouteApi('/lineage');

/** Drawing is the heavy part: its code comes beside the page's, and the words do not wait for it. */
const graph = import('./lineage-graph.tsx');
const LineageGraph = lazy(async () => ({ default: (await graph).LineageGraph }));

/** From any object both ways: what it rests on, and what rests on it. */
export function LineagePage() {
  const { kind, id, depth, find, endpoint } = route.useSearch();
  if (kind === undefined || id === undefined) return <ChoosePage key={find} find={find} />;
  return <ObjectPage key={`${kind} ${id}`} kind={kind} id={id} depth={depth} endpoint={endpoint} />;
}

function ObjectPage(props: { kind: string; id: string; depth: string | undefined; endpoint: string | undefined }) {
  const { kind, id, depth, endpoint } = props;
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
      <Suspense
        fallback={
          <div className="graph" style={{ height: graphHeight(upstream, downstream) }}>
            <Loading what="Loading the graph" />
          </div>
        }
      >
        <LineageGraph lineage={lineage} />
      </Suspense>
      {lineage.truncated && <p className="dim">There is more than one page shows: the farthest objects are left out.</p>}
      <div className="lineage-columns">
        <Section title={`What it rests on (${plural(upstream.length, 'object')})`}>
          <Steps label="What it rests on" steps={upstream} none="Nothing is recorded before it." />
        </Section>
        {lineage.root.kind !== 'prediction' && (
          <Section title={`What rests on it (${plural(downstream.length, 'object')})`}>
            <Steps label="What rests on it" steps={downstream} none="Nothing rests on it yet." />
          </Section>
        )}
      </div>
    </>
  );
}

/** About what the graph will take, so that the page hardly moves when it comes. */
function graphHeight(...sides: readonly (readonly Step[])[]): number {
  const counts = sides.flatMap((side) => side.map((step) => side.filter(({ distance }) => distance === step.distance).length));
  return Math.min(560, 50 + 60 * Math.max(1, ...counts));
}

function Steps({ label, steps, none }: { label: string; steps: readonly Step[]; none: string }) {
  if (steps.length === 0) return <p className="dim">{none}</p>;
  return (
    <PlainTable
      label={label}
      heads={['Object', 'How', 'When', 'Id']}
      rows={steps.map(({ node, relation, at }) => ({
        key: `${node.kind} ${node.id}`,
        cells: [
          <span key="object" className="lineage-object">
            <span className="dim">{kindWords[node.kind] ?? node.kind}</span> <Name node={node} />
          </span>,
          <span key="how" className="lineage-time">
            {relation}
          </span>,
          <span key="when" className="lineage-time">
            {formatTime(at)}
          </span>,
          <Id key="id" id={node.id} />,
        ],
      }))}
    />
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
