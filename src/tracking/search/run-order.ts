import type { Capabilities, SqlValue } from '../../backends/db/port.ts';
import { invalid } from '../limits.ts';
import { parseOrdering } from './filter.ts';
import { resolveRunKey } from './run-identifiers.ts';
import { beginningOf, type OrderTerm, type Sql } from './sql.ts';

/** What leads an order and has an index: there stand the runs that have it, in that order. */
export interface Leading {
  readonly kind: 'metric' | 'value' | 'end';
  /** Of the metric, param or tag. */
  readonly name: string;
  /** What to read from instead of `runs r`, with the joins of the other terms. */
  readonly from: Sql;
  /** That the run has it; ties the index to the run. */
  readonly present: Sql;
}

export interface RunOrder {
  readonly terms: readonly OrderTerm[];
  /** Joins that the terms need, after `runs r`. */
  readonly joins: string;
  readonly values: readonly SqlValue[];
  readonly leading: Leading | undefined;
}

/**
 * The order of a search for runs: what is missing last, NaN before it, in both directions; then newest first, then by id.
 */
export function runOrder(orderings: readonly string[], capabilities: Capabilities): RunOrder {
  const terms: OrderTerm[] = [];
  const joins: string[] = [];
  const values: SqlValue[] = [];
  const seen = new Set<string>();
  let first: { readonly kind: Leading['kind']; readonly table: string } | undefined;
  for (const [index, text] of orderings.entries()) {
    const ordering = parseOrdering(text);
    const { entity, key } = resolveRunKey(ordering, 'order');
    const { ascending } = ordering;
    const name = `${entity}.${key}`;
    if (seen.has(name)) throw invalid(`\`order_by\` contains duplicate fields: [${orderings.map((item) => `'${item}'`).join(', ')}]`);
    seen.add(name);
    if (entity === 'dataset') throw invalid(`Invalid order_by entity type 'dataset'`);
    if (entity === 'attribute') {
      if (key === 'ended_at' && index === 0) first = { kind: 'end', table: 'runs' };
      if (key === 'ended_at') terms.push({ expression: 'case when r.ended_at is null then 1 else 0 end', ascending: true });
      terms.push({ expression: `r.${key}`, ascending });
      continue;
    }
    const alias = `o${index}`;
    const table = { metric: 'metric_series', parameter: 'run_params', tag: 'run_tags' }[entity];
    const byBeginning = entity !== 'metric' && capabilities.byteOrder;
    if (index === 0 && (entity === 'metric' || byBeginning)) first = { kind: entity === 'metric' ? 'metric' : 'value', table };
    joins.push(`left join ${table} ${alias} on ${alias}.run_key = r.run_key and ${alias}.name = ?`);
    values.push(key);
    const nan = entity === 'metric' ? `when ${alias}.is_nan = 1 then 1 ` : '';
    terms.push({ expression: `case when ${alias}.value is null then 2 ${nan}else 0 end`, ascending: true });
    // The index holds beginnings: they come in the order of the whole values.
    if (byBeginning) terms.push({ expression: beginningOf(`${alias}.value`), ascending });
    terms.push({ expression: `${alias}.value`, ascending });
  }
  if (!seen.has('attribute.started_at')) terms.push({ expression: 'r.started_at', ascending: false });
  if (!seen.has('attribute.run_id')) terms.push({ expression: 'r.run_id', ascending: true });
  const leading = first === undefined ? undefined : leadingOf(first.kind, first.table, joins, values);
  return { terms, joins: joins.join(' '), values, leading };
}

function leadingOf(kind: Leading['kind'], table: string, joins: readonly string[], values: readonly SqlValue[]): Leading {
  if (kind === 'end') {
    return { kind, name: '', from: { text: `runs r ${joins.join(' ')}`, values }, present: { text: 'r.ended_at is not null', values: [] } };
  }
  const name = String(values[0]);
  return {
    kind,
    name,
    from: { text: `${table} o0 cross join runs r ${joins.slice(1).join(' ')}`, values: values.slice(1) },
    present: { text: `o0.name = ? ${kind === 'metric' ? 'and o0.is_nan = 0 ' : ''}and r.run_key = o0.run_key`, values: [name] },
  };
}
