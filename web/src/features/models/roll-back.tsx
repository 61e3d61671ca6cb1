import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/problem.tsx';
import { useRollBack } from './model-queries.ts';
import { titleOf, type Standing } from './standing.ts';

/** The way back: the name goes to the version that it stood on before. */
export function RollBackButton({ name, standing, previous }: { name: string; standing: Standing; previous: number }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const rollBack = useRollBack(name);
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpen(true)}>
        Roll back to v{previous}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Roll ${titleOf(standing)} back to v${previous}?`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rollBack.mutate(
              { target: { kind: standing.kind, name: standing.name }, reason: reason.trim() },
              { onSuccess: () => setOpen(false) },
            );
          }}
        >
          <p>
            Whoever loads {name} as {titleOf(standing)} gets v{previous} instead of v{standing.version}. It can be promoted again.
          </p>
          <Textarea
            label="Why?"
            description="Kept with the decision."
            value={reason}
            data-autofocus
            autosize
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {rollBack.error !== null && <Problem error={rollBack.error} />}
          <div className="modal-actions">
            <Button variant="default" onClick={() => setOpen(false)}>
              Keep v{standing.version}
            </Button>
            <Button type="submit" color="red" loading={rollBack.isPending} disabled={reason.trim() === ''}>
              Roll back
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
