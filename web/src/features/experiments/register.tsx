import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { mlflow } from '../../app/api.ts';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { Problem } from '../../ui/problem.tsx';
import { useRegister } from './run-changes.ts';

/** Makes a version of a registered model out of a model that the run logged. */
export function RegisterButton({ run }: { run: Run }) {
  const [open, setOpen] = useState(false);
  if (run.modelOutputs.length === 0) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Register model</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Register the model">
        {open && <RegisterForm run={run} />}
      </Modal>
    </>
  );
}

function RegisterForm({ run }: { run: Run }) {
  const navigate = useNavigate();
  const models = useQuery({ queryKey: ['models', 'registered'], queryFn: () => mlflow.searchRegisteredModels() });
  const [modelId, setModelId] = useState(run.modelOutputs[0] ?? '');
  const [name, setName] = useState('');
  const register = useRegister();
  const known = models.data?.some((model) => model.name === name.trim()) === true;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        register.mutate(
          { name: name.trim(), source: `models:/${modelId}`, runId: run.id, modelId },
          { onSuccess: ({ version }) => void navigate({ to: '/models/$name', params: { name: name.trim() }, search: { version } }) },
        );
      }}
    >
      {run.modelOutputs.length > 1 && (
        <Select
          label="Logged model"
          data={[...run.modelOutputs]}
          value={modelId}
          onChange={(id) => setModelId(id ?? modelId)}
          allowDeselect={false}
        />
      )}
      <TextInput
        label="Model name"
        description={known ? 'A new version of the model that is there.' : 'A model of this name is made where there is none.'}
        list="registered-model-names"
        value={name}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <datalist id="registered-model-names">
        {models.data?.map((model) => (
          <option key={model.name} value={model.name} />
        ))}
      </datalist>
      {register.error !== null && <Problem error={register.error} />}
      <div className="modal-actions">
        <Button type="submit" loading={register.isPending} disabled={name.trim() === ''}>
          Register
        </Button>
      </div>
    </form>
  );
}
