import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Token } from '../../../../src/api/tokens.ts';
import { millwright } from '../../app/api.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Section } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Age } from '../../ui/time.tsx';
import { NewToken } from './new-token.tsx';
import { tokensQuery } from './settings-queries.ts';

/** Tokens of people and programs: made here, shown once, taken away at once. */
export function Tokens({ mayManage }: { mayManage: boolean }) {
  const tokens = useQuery({ ...tokensQuery, enabled: mayManage });
  if (!mayManage) {
    return (
      <Section title="Tokens">
        <Empty commands={['millwright url', 'millwright tokens create --name ci --role editor']}>
          Only an administrator sees and makes tokens. Open the address that the first line prints to be one here, or make one on the
          command line:
        </Empty>
      </Section>
    );
  }
  return (
    <Section title="Tokens" actions={<NewToken />}>
      <Asked query={tokens}>{({ items }) => <TokenTable tokens={items} />}</Asked>
    </Section>
  );
}

function TokenTable({ tokens }: { tokens: readonly Token[] }) {
  const [shown, setShown] = useState(false);
  const active = tokens.filter((token) => token.revokedAt === null);
  const rows = shown ? tokens : active;
  return (
    <>
      <div className="plain-scroll" role="region" aria-label="Tokens" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Made</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((token) => (
              <tr key={token.id}>
                <td>{token.name}</td>
                <td>{token.role}</td>
                <td>
                  <Age at={token.createdAt} />
                </td>
                <td>
                  <End token={token} />
                </td>
                <td className="number">{token.revokedAt === null && <Revoke token={token} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {active.length < tokens.length && (
        <button type="button" className="link-button" onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'} {tokens.length - active.length} revoked
        </button>
      )}
    </>
  );
}

function End({ token }: { token: Token }) {
  if (token.revokedAt !== null) {
    return (
      <span className="dim">
        revoked <Age at={token.revokedAt} />
      </span>
    );
  }
  return token.expiresAt === null ? (
    <span className="dim">never</span>
  ) : (
    <span>{new Date(token.expiresAt).toISOString().slice(0, 10)}</span>
  );
}

function Revoke({ token }: { token: Token }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => millwright.revokeToken(token.id),
    onSuccess: () => setAsking(false),
    onSettled: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setAsking(true)} aria-label={`Revoke ${token.name}`}>
        Revoke
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Revoke the token “${token.name}”?`}>
        <p>Whoever uses it is refused from now on. This cannot be undone: make a new token instead.</p>
        {revoke.error !== null && <Problem error={revoke.error} />}
        <div className="modal-actions">
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke
          </Button>
        </div>
      </Modal>
    </>
  );
}
