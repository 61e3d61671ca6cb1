import { Button, Modal, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import type { ModelDetail } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { modelQuery } from '../models/model-queries.ts';
import { PromoteForm } from '../models/promote.tsx';
import { followedOf, modelOf } from './endpoint-text.ts';

/** Another version: the name that the endpoint follows moves, through its gate. Nothing where it follows one version for good. */
export function SwapButton({ endpoint }: { endpoint: Endpoint }) {
  const [open, setOpen] = useState(false);
  if (followedOf(endpoint.model) === undefined) return null;
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpen(true)}>
        Serve another version
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Serve another version at ${endpoint.name}`} size="lg">
        {open && <Swap endpoint={endpoint} onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Swap({ endpoint, onDone }: { endpoint: Endpoint; onDone: () => void }) {
  const model = useQuery(modelQuery(modelOf(endpoint.model)));
  return <Asked query={model}>{(detail) => <Choice endpoint={endpoint} detail={detail} onDone={onDone} />}</Asked>;
}

function Choice({ endpoint, detail: { model, versions }, onDone }: { endpoint: Endpoint; detail: ModelDetail; onDone: () => void }) {
  const others = versions.map(({ version }) => version).filter((version) => version !== endpoint.live?.version);
  const [chosen, setChosen] = useState<number | undefined>(others[0]);
  const followed = followedOf(endpoint.model);
  if (chosen === undefined || followed === undefined) return <p className="dim">{model.name} has no other version.</p>;
  return (
    <>
      <Select
        label={`Version of ${model.name}`}
        value={String(chosen)}
        data={others.map((version) => ({ value: String(version), label: `v${version}` }))}
        onChange={(value) => setChosen(value === null ? chosen : Number(value))}
        allowDeselect={false}
        searchable={others.length > 20}
      />
      <p className="dim">
        v{chosen} is tried apart first (loaded, its input example scored), then takes over; requests that run end on the version before. If
        it cannot be loaded, {endpoint.live === null ? 'nothing changes' : `v${endpoint.live.version} serves on`}.
      </p>
      <PromoteForm key={chosen} model={model} version={chosen} fixed={followed} onDone={onDone} />
    </>
  );
}
