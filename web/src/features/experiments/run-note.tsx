import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { Problem } from '../../ui/problem.tsx';
import { useSetTag } from './run-changes.ts';

const tag = 'mlflow.note.content';

export function RunNote({ run }: { run: Run }) {
  const note = run.tags[tag] ?? '';
  const [text, setText] = useState<string>();
  const save = useSetTag();
  if (text === undefined) {
    return (
      <>
        {note !== '' && <p className="note">{note}</p>}
        <button type="button" className="link-button" onClick={() => setText(note)}>
          {note === '' ? 'Write a note' : 'Edit the note'}
        </button>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ id: run.id, key: tag, value: text }, { onSuccess: () => setText(undefined) });
      }}
    >
      <Textarea aria-label="Note" value={text} autosize minRows={3} autoFocus onChange={(event) => setText(event.currentTarget.value)} />
      {save.error !== null && <Problem error={save.error} />}
      <div className="modal-actions">
        <Button variant="default" onClick={() => setText(undefined)}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
