import { Button, Select, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Lineage, LineageNode } from '../../../../src/api/lineage.ts';
import { millwright } from '../../app/api.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatTime, plural } from '../../ui/format.ts';
import { PrintIcon } from '../../ui/icons.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { kindWords } from './kinds.ts';
import { LineageGraph } from './lineage-graph.tsx';
import { sidesOf, type Step } from './sides.ts';
import './lineage.css';

const route = getRouteApi('/lineage');

/** From any object both ways: what it rests on, and what rests on it. */
export function LineagePage() {
  const { kind, id, depth } = route.useSearch();
  if (kind === undefined || id === undefined) return <ChoosePage />;
  return <ObjectPage key={`${kind} ${id}`} kind={kind} id={id} depth={Number(depth ?? 12) || 12} />;
}

function ObjectPage({ kind, id, depth }: { kind: string; id: string; depth: number }) {
  const query = useQuery({
    queryKey: ['lineage', kind, id, depth],
    queryFn: () => millwright.lineage(kind, id, depth),
    placeholderData: keepPreviousData,
  });
  const root = query.data?.root;
  return (
    <Page
      title={root === undefined ? 'Lineage' : `Lineage of ${root.label}`}
      about={
        <>
          <span>{kindWords[kind] ?? kind}</span>
          <Id id={id} />
          {root?.href !== undefined && root.href !== null && <Link to={root.href}>Open its page</Link>}
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
      <Asked query={query}>{(lineage) => <Told lineage={lineage} />}</Asked>
    </Page>
  );
}

function Told({ lineage }: { lineage: Lineage }) {
  if (lineage.edges.length === 0) return <Empty>Nothing is recorded before or after it.</Empty>;
  const { upstream, downstream } = sidesOf(lineage);
  return (
    <>
      <LineageGraph lineage={lineage} />
      {lineage.truncated && <p className="dim">There is more than one page shows: the farthest objects are left out.</p>}
      <div className="lineage-columns">
        <Section title={`What it rests on (${plural(upstream.length, 'object')})`}>
          <Steps steps={upstream} none="Nothing is recorded before it." />
        </Section>
        <Section title={`What rests on it (${plural(downstream.length, 'object')})`}>
          <Steps steps={downstream} none="Nothing rests on it yet." />
        </Section>
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

/** Without an object: how to come here, and a form for an id that somebody sent. */
function ChoosePage() {
  const navigate = useNavigate();
  const [kind, setKind] = useState<string>('run');
  const [id, setId] = useState('');
  return (
    <Page title="Lineage">
      <p className="lineage-lead">
        Every run, pipeline run, data version and model version has a Lineage button on its page: it leads here and shows which data, code,
        parameters and decision it rests on, and what rests on it. Or name an object:
      </p>
      <form
        className="lineage-form"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ to: '/lineage', search: { kind, id: id.trim() } });
        }}
      >
        <Select
          label="Kind"
          value={kind}
          onChange={(value) => setKind(value ?? 'run')}
          data={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
          allowDeselect={false}
        />
        <TextInput
          label="Id"
          placeholder="of a run: 32 hex digits; of a model version: name/3"
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Button type="submit" disabled={id.trim() === ''}>
          Show
        </Button>
      </form>
      <Empty commands={['millwright lineage models:/load-forecaster/1']}>The same on the command line:</Empty>
    </Page>
  );
}

function asCode(kind: string, id: string) {
  const url = `${location.origin}/api/1/lineage?${new URLSearchParams({ kind, id }).toString()}`;
  return {
    cli: `millwright lineage ${cliNameOf(kind, id)}`,
    curl: `curl -s '${url}'`,
    python: `import json, urllib.request\nlineage = json.load(urllib.request.urlopen("${url}"))\nfor edge in lineage["edges"]:\n    print(edge["from"], edge["relation"], edge["to"])`,
  };
}

/** An object as `millwright lineage` takes it. */
function cliNameOf(kind: string, id: string): string {
  if (kind === 'model_version' || kind === 'logged_model') return `models:/${id}`;
  if (kind === 'run') return `runs:/${id}`;
  return kind === 'data_version' ? id : `${kind.replaceAll('_', '-')}:${id}`;
}
