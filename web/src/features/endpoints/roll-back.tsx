import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { Problem } from '../../ui/problem.tsx';
import { useRollBackEndpoint } from './endpoint-queries.ts';

/** The way back, to a version that is still loaded. Nothing where there was no other one. */
export function RollBackButton({ endpoint }: { endpoint: Endpoint }) {
  const { name, live, before, model } = endpoint;
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const rollBack = useRollBackEndpoint(name);
  if (live === null || before === null) return null;
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpen(true)}>
        Roll back to v{before}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Put ${name} back on v${before}?`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rollBack.mutate(reason.trim() === '' ? 'rolled back on its page' : reason.trim(), { onSuccess: () => setOpen(false) });
          }}
        >
          <p>
            From now on v{before} answers instead of v{live.version}; requests that run end on v{live.version}. <code>{model}</code> stays
            where it is: the endpoint follows it again when it moves, or when you say so on this page.
          </p>
          <TextInput
            label="Why?"
            description="Kept with the deployment; may stay empty."
            value={reason}
            data-autofocus
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {rollBack.error !== null && <Problem error={rollBack.error} />}
          <div className="modal-actions">
            <Button variant="default" onClick={() => setOpen(false)}>
              Keep v{live.version}
            </Button>
            <Button type="submit" color="red" loading={rollBack.isPending}>
              Roll back to v{before}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
