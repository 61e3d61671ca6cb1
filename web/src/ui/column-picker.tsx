import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ColumnsIcon } from './icons.tsx';
import './choices.css';

/** The columns of a table, to show or hide, found by a part of their title. */
export function ColumnPicker(props: {
  /** Title of a group and the ids in it. */
  groups: readonly (readonly [string, readonly string[]])[];
  titleOf: (id: string) => string;
  shown: readonly string[];
  suggested: boolean;
  onChange: (columns: readonly string[] | undefined) => void;
}) {
  const [search, setSearch] = useState('');
  const toggle = (id: string) =>
    props.onChange(props.shown.includes(id) ? props.shown.filter((column) => column !== id) : [...props.shown, id]);
  return (
    <Popover position="bottom-end" width={300} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<ColumnsIcon size={14} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <TextInput
          placeholder="Find a column"
          aria-label="Find a column"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className="column-groups">
          {props.groups.map(([title, ids]) => {
            const found = ids.filter((id) => props.titleOf(id).toLowerCase().includes(search.toLowerCase()));
            if (found.length === 0) return null;
            return (
              <fieldset key={title} className="column-group">
                <legend>{title}</legend>
                {found.map((id) => (
                  <Checkbox key={id} label={props.titleOf(id)} checked={props.shown.includes(id)} onChange={() => toggle(id)} />
                ))}
              </fieldset>
            );
          })}
        </div>
        <Button variant="subtle" fullWidth disabled={props.suggested} onClick={() => props.onChange(undefined)}>
          As suggested
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
