import { Button, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { Invocation } from '../../../../sdk/src/invoke.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyIconButton } from '../../ui/copy.tsx';
import { formatLatency } from '../../ui/format.ts';
import { Problem } from '../../ui/problem.tsx';
import { StateShape } from '../../ui/state-mark.tsx';
import { documentQuery, useInvoke } from './endpoint-queries.ts';
import { bodyOf, readable, readForm, type Field, type RequestForm } from './request-form.ts';

/** A real request, filled from the model's input example; the answer names the record that it left. */
export function TryIt({ name, version, onBody }: { name: string; version: number; onBody: (body: string) => void }) {
  const document = useQuery(documentQuery(name, version));
  return <Asked query={document}>{(data) => <Form name={name} form={readForm(data)} onBody={onBody} />}</Asked>;
}

function Form({ name, form, onBody }: { name: string; form: RequestForm; onBody: (body: string) => void }) {
  const [fields, setFields] = useState(form.fields);
  const [text, setText] = useState(form.text);
  const [mode, setMode] = useState<'fields' | 'json'>(form.fields.length === 0 ? 'json' : 'fields');
  const body = useMemo(() => (mode === 'fields' ? bodyOf(fields) : text), [mode, fields, text]);
  const ask = useInvoke(name);
  useEffect(() => onBody(body), [onBody, body]);
  return (
    <form
      className="try-it"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(body);
      }}
    >
      {form.fields.length > 0 && (
        <SegmentedControl
          aria-label="How the request is written"
          value={mode}
          onChange={(chosen) => {
            if (chosen === 'json') setText(body);
            setMode(chosen);
          }}
          data={[
            { value: 'fields', label: 'Fields' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      )}
      {mode === 'fields' ? (
        <div className="try-fields">
          {fields.map((field, index) => (
            <FieldInput
              key={field.name}
              field={field}
              onChange={(value) => setFields(fields.map((one, at) => (at === index ? { ...one, value } : one)))}
            />
          ))}
        </div>
      ) : (
        <Textarea
          label="Body"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={6}
          maxRows={18}
          spellCheck={false}
          classNames={{ input: 'mono' }}
        />
      )}
      <div>
        <Button type="submit" loading={ask.isPending}>
          Send the request
        </Button>
      </div>
      {ask.error !== null && <Problem error={ask.error} />}
      {ask.data !== undefined && <Answer endpoint={name} invocation={ask.data} />}
    </form>
  );
}

function FieldInput({ field, onChange }: { field: Field; onChange: (value: string) => void }) {
  const { name, kind, required, value } = field;
  if (kind === 'boolean')
    return (
      <Select
        label={name}
        value={value === 'true' ? 'true' : 'false'}
        data={['true', 'false']}
        allowDeselect={false}
        onChange={(chosen) => onChange(chosen ?? 'false')}
      />
    );
  return (
    <TextInput
      label={required ? name : `${name} (may stay empty)`}
      value={value}
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Answer({ endpoint, invocation }: { endpoint: string; invocation: Invocation }) {
  const { status, durationMs, requestId, model, text } = invocation;
  const good = status < 400;
  return (
    <div className="try-answer" role="status" aria-label="Answer">
      <p>
        <StateShape tone={good ? 'fine' : 'failed'} /> <b>{status}</b> in {formatLatency(durationMs)}
        {model !== undefined && <span className="dim"> by {model.replace(/\/(\d+)$/, ' v$1')}</span>}
      </p>
      <p>
        Request{' '}
        <Link to="/predictions" search={{ endpoint, record: requestId }}>
          {requestId}
        </Link>
        <CopyIconButton text={requestId} what="request id" />{' '}
        <Link to="/lineage" search={{ kind: 'prediction', id: requestId }}>
          Where it came from
        </Link>
      </p>
      <pre tabIndex={0}>{readable(text)}</pre>
    </div>
  );
}
