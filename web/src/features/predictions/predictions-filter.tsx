import { ActionIcon, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FilterExamples } from '../../ui/filter-examples.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { boundsOf, featureField, localTime, type Outcome, type PredictionsView } from './predictions-view.ts';

const ranges: readonly (readonly [string, string])[] = [
  ['', 'All times'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
];

interface Choices {
  readonly endpoints: readonly string[];
  readonly versions: readonly string[];
  readonly features: readonly string[];
}

/** Everything that narrows the search; each stands in the address. */
export function PredictionsFilter(props: {
  view: PredictionsView;
  choices: Choices;
  error: string | undefined;
  onChange: (change: Partial<PredictionsView>) => void;
}) {
  const { view, choices, onChange } = props;
  const withChosen = (known: readonly string[], chosen: string | undefined) => [
    ...new Set([...known, ...(chosen === undefined ? [] : [chosen])]),
  ];
  const isSpan = view.range === undefined || !view.range.includes('..');
  return (
    <div className="predictions-toolbar">
      <div className="predictions-choices">
        <Select
          aria-label="Endpoint"
          value={view.endpoint ?? ''}
          onChange={(value) => onChange({ endpoint: value === null || value === '' ? undefined : value, columns: undefined })}
          data={[{ value: '', label: 'All endpoints' }, ...withChosen(choices.endpoints, view.endpoint)]}
          allowDeselect={false}
          searchable
        />
        <Select
          aria-label="Model version"
          value={view.version ?? ''}
          onChange={(value) => onChange({ version: value === null || value === '' ? undefined : value })}
          data={[{ value: '', label: 'All versions' }, ...withChosen(choices.versions, view.version)]}
          allowDeselect={false}
          searchable
        />
        <Select
          aria-label="Outcome"
          value={view.outcome ?? ''}
          onChange={(value) => onChange({ outcome: value === '' ? undefined : (value as Outcome) })}
          data={[
            { value: '', label: 'Answered or not' },
            { value: 'answered', label: 'Answered' },
            { value: 'failed', label: 'Failed or refused' },
          ]}
          allowDeselect={false}
        />
        <Select
          aria-label="Time range"
          value={isSpan ? (view.range ?? '') : 'between'}
          onChange={(value) => onChange({ range: value === 'between' ? `${Date.now() - 3_600_000}..` : value || undefined })}
          data={[
            ...ranges.map(([value, label]) => ({ value, label })),
            ...(isSpan && !ranges.some(([value]) => value === (view.range ?? ''))
              ? [{ value: view.range!, label: `Last ${view.range}` }]
              : []),
            { value: 'between', label: 'Between two times' },
          ]}
          allowDeselect={false}
        />
      </div>
      {!isSpan && <Between range={view.range} onChange={(range) => onChange({ range })} />}
      <div className="predictions-texts">
        <TextFilter
          key={`filter ${view.filter}`}
          name="Filter predictions"
          placeholder="Filter: features.temperature > 30 and prediction < 10  ( / )"
          value={view.filter}
          error={props.error}
          isMain
          onChange={(filter) => onChange({ filter })}
        />
        <Examples features={choices.features} onChoose={(filter) => onChange({ filter })} />
        <TextFilter
          key={`text ${view.text}`}
          name="Words in errors"
          placeholder="Words in errors"
          value={view.text}
          onChange={(text) => onChange({ text })}
        />
      </div>
    </div>
  );
}

/** Two times of the reader's zone; an empty one bounds nothing. */
function Between({ range, onChange }: { range: string; onChange: (range: string | undefined) => void }) {
  const bounds = boundsOf(range, 0) ?? {};
  const change = (side: 'from' | 'to', text: string) => {
    const next: { from?: number | undefined; to?: number | undefined } = {
      ...bounds,
      [side]: text === '' ? undefined : new Date(text).getTime(),
    };
    onChange(next.from === undefined && next.to === undefined ? undefined : `${next.from ?? ''}..${next.to ?? ''}`);
  };
  return (
    <div className="predictions-between">
      {(['from', 'to'] as const).map((side) => (
        <TextInput
          key={side}
          type="datetime-local"
          label={side === 'from' ? 'From' : 'Before'}
          value={bounds[side] === undefined ? '' : localTime(bounds[side])}
          onChange={(event) => change(side, event.currentTarget.value)}
        />
      ))}
    </div>
  );
}

/** Asked when Enter is pressed. */
function TextFilter(props: {
  name: string;
  placeholder: string;
  value: string;
  error?: string | undefined;
  isMain?: boolean;
  onChange: (text: string) => void;
}) {
  const [text, setText] = useState(props.value);
  return (
    <form
      className={props.isMain === true ? 'predictions-filter' : 'predictions-words'}
      role="search"
      aria-label={props.name}
      onSubmit={(event) => {
        event.preventDefault();
        props.onChange(text.trim());
      }}
    >
      <TextInput
        {...(props.isMain === true ? { 'data-filter': true } : {})}
        aria-label={props.name}
        placeholder={props.placeholder}
        value={text}
        error={props.error}
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        rightSection={
          text !== '' && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={20}
              aria-label={`Clear: ${props.name}`}
              onClick={() => {
                setText('');
                props.onChange('');
              }}
            >
              <CloseIcon size={12} />
            </ActionIcon>
          )
        }
      />
    </form>
  );
}

/** The filter language by example, with the features that are there. */
function Examples({ features, onChoose }: { features: readonly string[]; onChoose: (filter: string) => void }) {
  const [first, second] = features.length === 0 ? ['temperature', 'region'] : features;
  const examples: readonly (readonly [string, string])[] = [
    [`${featureField(first!)} > 30`, 'a feature; names with blanks stand in double quotes'],
    ...(second === undefined ? [] : [[`${featureField(second)} = 'Rome' and prediction > 100`, 'several at once'] as const]),
    ['latency_ms > 50', 'slow answers'],
    ["status = 400 or error_code = 'MODEL_FAILED'", 'what went wrong'],
    ["request_id = 'q1'", 'one request'],
    ["error_message ilike '%missing%'", 'text inside'],
  ];
  return (
    <FilterExamples examples={examples} onChoose={onChoose}>
      {features.length > 0 && (
        <p className="dim">
          Features here: {features.slice(0, 30).map(featureField).join(', ')}
          {features.length > 30 && ' …'}
        </p>
      )}
    </FilterExamples>
  );
}
