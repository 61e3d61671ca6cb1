import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { Problem } from '../../ui/problem.tsx';
import { useRename } from './run-changes.ts';

export function RenameButton({ run }: { run: Run }) {
  const [name, setName] = useState<string>();
  const rename = useRename();
  return (
    <>
      <Button variant="default" onClick={() => setName(run.name)}>
        Rename
      </Button>
      <Modal opened={name !== undefined} onClose={() => setName(undefined)} title="Rename the run">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate({ id: run.id, name: name ?? '' }, { onSuccess: () => setName(undefined) });
          }}
        >
          <TextInput label="Name" value={name ?? ''} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          {rename.error !== null && <Problem error={rename.error} />}
          <div className="modal-actions">
            <Button variant="default" onClick={() => setName(undefined)}>
              Cancel
            </Button>
            <Button type="submit" loading={rename.isPending} disabled={(name ?? '').trim() === ''}>
              Rename
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
