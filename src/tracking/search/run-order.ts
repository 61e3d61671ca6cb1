import type { SqlValue } from '../../backends/db/port.ts';
import { invalid } from '../limits.ts';
import { parseOrdering } from './filter.ts';
import { resolveRunKey } from './run-identifiers.ts';
import type { OrderTerm } from './sql.ts';

/** The metric that leads an order: an index holds the runs that have it in that order. */
export interface LeadingMetric {
  readonly name: string;
  /** What joins the other terms need, without the metric's own. */
  readonly joins: string;
  readonly values: readonly SqlValue[];
}

export interface RunOrder {
  readonly terms: readonly OrderTerm[];
  /** Joins that the terms need, after `runs r`. */
  readonly joins: string;
  readonly values: readonly SqlValue[];
  readonly leading: LeadingMetric | undefined;
}

/**
 * The order of a search for runs: what is missing last, NaN before it, in both directions; then newest first, then by id.
 */
export function runOrder(orderings: readonly string[]): RunOrder {
  const terms: OrderTerm[] = [];
  const joins: string[] = [];
  const values: SqlValue[] = [];
  const seen = new Set<string>();
  for (const [index, text] of orderings.entries()) {
    const ordering = parseOrdering(text);
    const { entity, key } = resolveRunKey(ordering, 'order');
    const { ascending } = ordering;
    const name = `${entity}.${key}`;
    if (seen.has(name)) throw invalid(`\`order_by\` contains duplicate fields: [${orderings.map((item) => `'${item}'`).join(', ')}]`);
    seen.add(name);
    if (entity === 'dataset') throw invalid(`Invalid order_by entity type 'dataset'`);
    if (entity === 'attribute') {
      if (key === 'ended_at') terms.push({ expression: 'case when r.ended_at is null then 1 else 0 end', ascending: true });
      terms.push({ expression: `r.${key}`, ascending });
      continue;
    }
    const alias = `o${index}`;
    const table = { metric: 'metric_series', parameter: 'run_params', tag: 'run_tags' }[entity];
    joins.push(`left join ${table} ${alias} on ${alias}.run_key = r.run_key and ${alias}.name = ?`);
    values.push(key);
    const nan = entity === 'metric' ? `when ${alias}.is_nan = 1 then 1 ` : '';
    terms.push({ expression: `case when ${alias}.value is null then 2 ${nan}else 0 end`, ascending: true });
    terms.push({ expression: `${alias}.value`, ascending });
  }
  if (!seen.has('attribute.started_at')) terms.push({ expression: 'r.started_at', ascending: false });
  if (!seen.has('attribute.run_id')) terms.push({ expression: 'r.run_id', ascending: true });
  const leads = joins[0]?.startsWith('left join metric_series o0 ') === true;
  const leading = leads ? { name: String(values[0]), joins: joins.slice(1).join(' '), values: values.slice(1) } : undefined;
  return { terms, joins: joins.join(' '), values, leading };
}
