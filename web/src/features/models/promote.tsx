import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Model, PromotionTarget } from '../../../../src/api/models.ts';
import { ApiError } from '../../app/api.ts';
import { Problem } from '../../ui/problem.tsx';
import { settingsQuery } from '../settings/settings-queries.ts';
import { usePromote } from './model-queries.ts';
import { titleOf } from './standing.ts';
import './models.css';

const stages = ['Staging', 'Production', 'Archived', 'None'];

export function PromoteButton({ model, version }: { model: Model; version: number }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpen(true)} aria-label={`Promote v${version}`}>
        Promote
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Promote ${model.name} v${version}`} size="lg">
        {open && <PromoteForm model={model} version={version} onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

/** @param fixed where the name is not the reader's to choose: what an endpoint follows */
export function PromoteForm({
  model,
  version,
  fixed,
  onDone,
}: {
  model: Model;
  version: number;
  fixed?: PromotionTarget;
  onDone: () => void;
}) {
  const [kind, setKind] = useState<PromotionTarget['kind']>('alias');
  const [alias, setAlias] = useState('champion');
  const [stage, setStage] = useState('Production');
  const promote = usePromote(model.name);
  const target: PromotionTarget = fixed ?? { kind, name: kind === 'alias' ? alias.trim() : stage };
  const guarded =
    model.gate?.protects.some((name) =>
      target.kind === 'alias' ? name === target.name : name.toLowerCase() === target.name.toLowerCase(),
    ) === true;
  const refusal = promote.error instanceof ApiError && promote.error.code === 'GATE_REFUSED' ? promote.error : undefined;
  const send = (override?: { reason: string }) =>
    promote.mutate(
      {
        target,
        version,
        ...(target.kind === 'stage' ? { archiveExisting: target.name === 'Production' } : {}),
        ...(override === undefined ? {} : { override }),
      },
      { onSuccess: onDone },
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {fixed === undefined && (
        <div className="promote-target">
          <Select
            label="To"
            value={kind}
            onChange={(value) => setKind(value ?? kind)}
            data={[
              { value: 'alias', label: 'an alias' },
              { value: 'stage', label: 'a stage' },
            ]}
            allowDeselect={false}
          />
          {kind === 'alias' ? (
            <TextInput label="Alias" value={alias} data-autofocus onChange={(event) => setAlias(event.currentTarget.value)} />
          ) : (
            <Select label="Stage" value={stage} onChange={(value) => setStage(value ?? stage)} data={stages} allowDeselect={false} />
          )}
        </div>
      )}
      <p className="dim">
        {guarded ? (
          <>
            {titleOf(target)} is guarded: the gate judges first. <code>{model.gate?.expression}</code>
          </>
        ) : (
          <>No gate guards {titleOf(target)}: it moves at once, and can be moved back.</>
        )}
      </p>
      {refusal !== undefined && (
        <div role="alert" className="refusal">
          <p>
            <strong>The gate refused.</strong> {refusal.message}
          </p>
          <Override onOverride={(reason) => send({ reason })} pending={promote.isPending} />
        </div>
      )}
      {promote.error !== null && refusal === undefined && <Problem error={promote.error} />}
      <div className="modal-actions">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" loading={promote.isPending} disabled={target.name === ''}>
          Promote to {titleOf(target)}
        </Button>
      </div>
    </form>
  );
}

/** Past the gate: for administrators, with a reason that is kept as the evidence. */
function Override({ onOverride, pending }: { onOverride: (reason: string) => void; pending: boolean }) {
  const settings = useQuery(settingsQuery);
  const [reason, setReason] = useState('');
  if (settings.data === undefined || !settings.data.principal.actions.includes('gate.override')) {
    return <p className="dim">An administrator may promote past the gate, with a reason that is kept.</p>;
  }
  return (
    <>
      <Textarea
        label="As an administrator you may promote past the gate. Why?"
        description="Your name and this reason are kept as the evidence."
        value={reason}
        autosize
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className="modal-actions">
        <Button color="red" variant="outline" loading={pending} disabled={reason.trim() === ''} onClick={() => onOverride(reason.trim())}>
          Promote past the gate
        </Button>
      </div>
    </>
  );
}
