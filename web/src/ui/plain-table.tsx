import type { ReactNode } from 'react';

/** A title; in a list of one where its column holds numbers. */
type Head = string | readonly [string];

export interface PlainRow {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  readonly className?: string | undefined;
}

/** A table of a few rows that scrolls sideways where the page is narrow; long ones are a `DataTable`. */
export function PlainTable(props: { label: string; heads: readonly Head[]; rows: readonly PlainRow[]; className?: string }) {
  const { label, heads, rows, className } = props;
  return (
    <div className="plain-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className={className === undefined ? 'plain' : `plain ${className}`}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={String(head)} scope="col" className={classOf(head)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, className: rowClass }) => (
            <tr key={key} className={rowClass}>
              {cells.map((cell, index) => (
                <td key={String(heads[index])} className={classOf(heads[index] ?? '')}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf(head: Head): string | undefined {
  return typeof head === 'string' ? undefined : 'number';
}
