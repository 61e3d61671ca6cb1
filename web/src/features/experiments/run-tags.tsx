import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useDeleteTag, useSetTag } from './run-changes.ts';

/** People's own tags first, to add and remove; those that programs keep are shown below. */
export function RunTags({ run }: { run: Run }) {
  const tags = Object.entries(run.tags).toSorted(([a], [b]) => a.localeCompare(b));
  const own = tags.filter(([key]) => !/^(mlflow|millwright)\./.test(key));
  const kept = tags.filter(([key]) => /^(mlflow|millwright)\./.test(key) && key !== 'mlflow.note.content');
  const remove = useDeleteTag();
  return (
    <>
      <div className="tags">
        {own.map(([key, value]) => (
          <span key={key} className="tag">
            <b>{key}</b> {value}
            <button type="button" aria-label={`Remove the tag ${key}`} onClick={() => remove.mutate({ id: run.id, key })}>
              <CloseIcon size={10} />
            </button>
          </span>
        ))}
      </div>
      <AddTag run={run} />
      {remove.error !== null && <Problem error={remove.error} />}
      {kept.length > 0 && (
        <details>
          <summary className="dim">{kept.length} written by programs</summary>
          <dl className="facts">
            {kept.map(([key, value]) => (
              <div key={key}>
                <dt style={{ overflowWrap: 'anywhere' }}>{key}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function AddTag({ run }: { run: Run }) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const set = useSetTag();
  return (
    <form
      className="tags"
      style={{ margin: '6px 0' }}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate(
          { id: run.id, key: key.trim(), value },
          {
            onSuccess: () => {
              setKey('');
              setValue('');
            },
          },
        );
      }}
    >
      <TextInput aria-label="Tag name" placeholder="name" w={110} value={key} onChange={(event) => setKey(event.currentTarget.value)} />
      <TextInput
        aria-label="Tag value"
        placeholder="value"
        w={140}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={key.trim() === ''} loading={set.isPending}>
        Add tag
      </Button>
      {set.error !== null && <Problem error={set.error} />}
    </form>
  );
}
