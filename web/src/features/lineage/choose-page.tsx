import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { LineageNode } from '../../../../src/api/lineage.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { kindWords } from './kinds.ts';
import { objectsQuery } from './lineage-queries.ts';

/** Without an object: a field for any id that somebody sent, such as a request id, and how to come here. */
export function ChoosePage({ find }: { find: string | undefined }) {
  const navigate = useNavigate();
  const [id, setId] = useState(find ?? '');
  return (
    <Page title="Lineage">
      <p className="lineage-lead">
        Where did this prediction come from, and what rests on these data? Paste any id: of a request, a commit (7 characters of its
        beginning are enough), the hash of data, a run, or a model version such as <code>load-forecaster/3</code>.
      </p>
      <form
        className="lineage-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ to: '/lineage', search: { find: id.trim() } });
        }}
      >
        <TextInput
          data-filter
          label="Id"
          placeholder="request id, commit, hash of data, run, name/3"
          value={id}
          spellCheck={false}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Button type="submit" disabled={id.trim() === ''}>
          Show
        </Button>
      </form>
      {find === undefined ? (
        <Empty commands={['millwright lineage REQUEST_ID', 'millwright lineage models:/load-forecaster/1', 'millwright lineage md5:HASH']}>
          The same on the command line. Runs, pipeline runs, data and model versions also have a Lineage button on their pages.
        </Empty>
      ) : (
        <Found id={find} />
      )}
    </Page>
  );
}

function Found({ id }: { id: string }) {
  const query = useQuery(objectsQuery(id));
  return <Asked query={query}>{({ items }) => <Candidates id={id} items={items} />}</Asked>;
}

function Candidates({ id, items }: { id: string; items: readonly LineageNode[] }) {
  const [only] = items;
  if (only === undefined)
    return (
      <Empty commands={['millwright predictions']}>
        Nothing here is known by the id “{id}”. A prediction may not have been sampled, may be older than its endpoint keeps, or lie in
        another server process that has not sealed it yet; these are kept:
      </Empty>
    );
  if (items.length === 1) return <Navigate to="/lineage" search={{ kind: only.kind, id: only.id }} replace />;
  return (
    <Section title="It may mean">
      <ul className="lineage-candidates">
        {items.map((node) => (
          <li key={`${node.kind} ${node.id}`}>
            <span className="dim">{kindWords[node.kind] ?? node.kind}</span>{' '}
            <Link to="/lineage" search={{ kind: node.kind, id: node.id }}>
              {node.label}
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
