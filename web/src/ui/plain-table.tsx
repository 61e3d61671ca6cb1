import { Fragment, type ReactNode } from 'react';

/** A title; in a list of one where its column holds numbers. */
type Head = string | readonly [string];

export interface PlainRow {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  readonly className?: string | undefined;
  /** Below the row, as wide as what is in view of the table: words that a cell is too narrow for. */
  readonly detail?: ReactNode;
}

/** A table of a few rows that scrolls sideways where the page is narrow; long ones are a `DataTable`. */
export function PlainTable(props: { label: string; heads: readonly Head[]; rows: readonly PlainRow[]; className?: string }) {
  const { label, heads, rows, className } = props;
  const isDetailed = rows.some(({ detail }) => detail !== undefined);
  return (
    <div className={isDetailed ? 'plain-scroll plain-detailed' : 'plain-scroll'} role="region" aria-label={label} tabIndex={0}>
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
          {rows.map(({ key, cells, className: rowClass, detail }) => (
            <Fragment key={key}>
              <tr className={rowClass} data-detailed={detail === undefined ? undefined : true}>
                {cells.map((cell, index) => (
                  <td key={String(heads[index])} className={classOf(heads[index] ?? '')}>
                    {cell}
                  </td>
                ))}
              </tr>
              {detail !== undefined && (
                <tr>
                  <td colSpan={heads.length}>
                    <div className="plain-detail">{detail}</div>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf(head: Head): string | undefined {
  return typeof head === 'string' ? undefined : 'number';
}
