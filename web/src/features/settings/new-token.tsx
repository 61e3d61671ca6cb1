import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CreateToken } from '../../../../src/api/tokens.ts';
import { millwright } from '../../app/api.ts';
import { Command } from '../../ui/copy.tsx';
import { Problem } from '../../ui/problem.tsx';

const roles = [
  { value: 'viewer', label: 'viewer: reads' },
  { value: 'editor', label: 'editor: tracks, registers, promotes, runs pipelines' },
  { value: 'admin', label: 'admin: everything' },
] as const;

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'never ends' },
];

export function NewToken() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>New token</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="New token">
        {open && <NewTokenForm onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function NewTokenForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<CreateToken['role']>('editor');
  const [days, setDays] = useState('90');
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: (body: CreateToken) => millwright.createToken(body),
    onSettled: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (create.data !== undefined) {
    return (
      <>
        <p>
          This is the token <strong>{name}</strong>. It is shown now and never again:
        </p>
        <Command text={create.data.token} />
        <p className="dim">Clients send it as MLFLOW_TRACKING_TOKEN or MILLWRIGHT_TOKEN.</p>
        <div className="modal-actions">
          <Button onClick={onDone}>I have copied it</Button>
        </div>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ name: name.trim(), role, ...(days === '' ? {} : { days: Number(days) }) });
      }}
    >
      <TextInput
        label="Name"
        description="Who or what will use it"
        value={name}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select label="Role" value={role} onChange={(value) => setRole(value ?? role)} data={roles} allowDeselect={false} />
      <Select label="Lasts" value={days} onChange={(value) => setDays(value ?? '90')} data={lifetimes} allowDeselect={false} />
      {create.error !== null && <Problem error={create.error} />}
      <div className="modal-actions">
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
          Make the token
        </Button>
      </div>
    </form>
  );
}
