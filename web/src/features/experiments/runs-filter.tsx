import { ActionIcon, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FilterExamples } from '../../ui/filter-examples.tsx';
import { CloseIcon } from '../../ui/icons.tsx';

const examples = [
  ['forest', 'words search the names of runs'],
  ['metrics.rmse < 300', 'the last value of a metric'],
  ["params.alpha = '0.1' AND metrics.r2 > 0.9", 'several at once'],
  ["tags.`millwright.stage` ILIKE 'train%'", 'names with dots stand in backticks'],
  ["attributes.status = 'FAILED'", 'also start_time, user_id, run_name'],
  ["dataset.name LIKE 'victoria%'", 'the data that a run read'],
] as const;

/** MLflow's filter language; asked when Enter is pressed. */
export function RunsFilter({ value, error, onChange }: { value: string; error: string | undefined; onChange: (filter: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <form
      className="runs-filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <TextInput
        data-filter
        aria-label="Filter runs"
        placeholder="Filter: a name, or metrics.rmse < 300  ( / )"
        value={text}
        error={error}
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        rightSection={
          text !== '' && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={20}
              aria-label="Clear the filter"
              onClick={() => {
                setText('');
                onChange('');
              }}
            >
              <CloseIcon size={12} />
            </ActionIcon>
          )
        }
      />
      <FilterExamples examples={examples} onChoose={onChange} />
    </form>
  );
}
