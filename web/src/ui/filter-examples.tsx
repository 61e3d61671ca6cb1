import { ActionIcon, Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import './choices.css';

/** A filter language by example, behind a question mark; one that is clicked is taken over. */
export function FilterExamples(props: {
  /** Filter and what it finds. */
  examples: readonly (readonly [string, string])[];
  onChoose: (filter: string) => void;
  children?: ReactNode;
}) {
  return (
    <Popover position="bottom-end" width={430} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={30} aria-label="How to filter" title="How to filter">
          ?
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="Filters">
        <ul className="filter-examples">
          {props.examples.map(([filter, meaning]) => (
            <li key={filter}>
              <button type="button" className="link-button" onClick={() => props.onChoose(filter)}>
                <code>{filter}</code>
              </button>
              <span className="dim">{meaning}</span>
            </li>
          ))}
        </ul>
        {props.children}
      </Popover.Dropdown>
    </Popover>
  );
}
