import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../../ui/format.ts';
import { Problem } from '../../ui/problem.tsx';
import { useDeleteRuns, useRestoreRuns } from './run-changes.ts';

export function DeleteRunsButton({ ids, names, onDone }: { ids: readonly string[]; names: readonly string[]; onDone?: () => void }) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteRuns();
  const confirm = () =>
    remove.mutate(ids, {
      onSuccess: () => {
        setAsking(false);
        onDone?.();
      },
    });
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Delete ${plural(ids.length, 'run')}?`}>
        <p>
          {names.slice(0, 5).join(', ')}
          {names.length > 5 && ` and ${names.length - 5} more`} will stand under “Deleted” and can be restored from there. Models registered
          from them stay.
        </p>
        {remove.error !== null && <Problem error={remove.error} />}
        <div className="modal-actions">
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button color="red" loading={remove.isPending} onClick={confirm}>
            Delete {plural(ids.length, 'run')}
          </Button>
        </div>
      </Modal>
    </>
  );
}

export function RestoreRunsButton({ ids, onDone }: { ids: readonly string[]; onDone?: () => void }) {
  const restore = useRestoreRuns();
  return (
    <>
      <Button variant="default" loading={restore.isPending} onClick={() => restore.mutate(ids, { ...(onDone && { onSuccess: onDone }) })}>
        Restore
      </Button>
      {restore.error !== null && <Problem error={restore.error} />}
    </>
  );
}
