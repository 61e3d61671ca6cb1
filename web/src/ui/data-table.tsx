import { columnResizingFeature, columnSizingFeature, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { readWidths, storeWidths } from './column-widths.ts';
import { useTableKeys } from './table-keys.ts';
import './data-table.css';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly cell: (row: Row) => ReactNode;
  /** Right-aligned, tabular. */
  readonly numeric?: boolean;
  readonly sortable?: boolean;
  /** Which way the first click sorts; where absent, numbers ascending, anything else (times) descending. */
  readonly sortsFirst?: 'ascending' | 'descending';
  /** Takes the room that is left. */
  readonly grow?: boolean;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

const features = tableFeatures({ columnSizingFeature, columnResizingFeature });
const rowHeight = 30;
const checkWidth = 42;
const noRows: readonly never[] = [];

/**
 * A table of any length: only the rows in view exist. Keys while nothing else has them: j/k move, Enter opens, x selects.
 * Sorting is the caller's (the server's); widths are the reader's and stay in this browser.
 */
export function DataTable<Row extends object>(props: {
  label: string;
  /** Column widths are remembered under this name. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (id: string) => void;
  nameOf?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  onEnd?: () => void;
  /** The table takes the height that is left on a filling page; else it is as tall as its rows, up to a limit. */
  fill?: boolean;
  footer?: ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(-1);
  const columns = useMemo<ColumnDef<typeof features, Row>[]>(
    () => props.columns.map((column) => ({ id: column.id, header: column.title, size: column.width, minSize: 44, maxSize: 900 })),
    [props.columns],
  );
  const [stored] = useState(() => readWidths(props.name));
  const table = useTable({
    features,
    columns,
    data: props.rows,
    getRowId: props.rowId,
    columnResizeMode: 'onChange',
    initialState: { columnSizing: stored },
  });
  const widths = table.state.columnSizing;
  useEffect(() => storeWidths(props.name, widths), [props.name, widths]);

  const virtual = useVirtualizer({
    count: props.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { onEnd, rows } = props;
  useEffect(() => {
    if (last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);

  useTableKeys({
    enabled: props.onOpen !== undefined || props.onSelect !== undefined,
    count: rows.length,
    focused,
    onFocus: (index) => {
      setFocused(index);
      virtual.scrollToIndex(index);
    },
    onOpen: (index) => withRow(rows[index], props.onOpen),
    onSelect: (index) => withRow(rows[index], (row) => props.onSelect?.(props.rowId(row))),
  });

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const selectable = props.onSelect !== undefined;
  const headers = table.getHeaderGroups()[0]?.headers ?? noRows;
  const byId = new Map(props.columns.map((column) => [column.id, column]));
  const columnCount = props.columns.length + (selectable ? 1 : 0);

  return (
    <div
      className={props.fill === true ? 'table-scroll table-fill' : 'table-scroll'}
      ref={scroller}
      role="region"
      aria-label={props.label}
      tabIndex={0}
    >
      <table className="table" style={{ minWidth: table.getTotalSize() + (selectable ? checkWidth : 0) }} aria-rowcount={rows.length + 1}>
        <colgroup>
          {selectable && <col style={{ width: checkWidth }} />}
          {headers.map((header) => (
            <col
              key={header.id}
              style={byId.get(header.id)?.grow === true && widths[header.id] === undefined ? undefined : { width: header.getSize() }}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selectable && (
              <th scope="col">
                <span className="visually-hidden">Selected</span>
              </th>
            )}
            {headers.map((header) => {
              const column = byId.get(header.id);
              if (column === undefined) return null;
              const sorted = props.sort?.column === column.id ? (props.sort.descending ? 'descending' : 'ascending') : undefined;
              return (
                <th
                  key={header.id}
                  scope="col"
                  className={column.numeric === true ? 'number' : undefined}
                  aria-sort={sorted}
                  title={column.title}
                >
                  {column.sortable === true && props.onSort !== undefined ? (
                    <button
                      type="button"
                      className="table-sort"
                      onClick={() =>
                        props.onSort?.({
                          column: column.id,
                          descending: sorted === 'ascending' || (sorted === undefined && descendsFirst(column)),
                        })
                      }
                    >
                      <span>{column.title}</span>
                      {sorted !== undefined && <span aria-hidden="true">{sorted === 'descending' ? ' ↓' : ' ↑'}</span>}
                    </button>
                  ) : (
                    column.title
                  )}
                  <span
                    className="table-resizer"
                    onMouseDown={header.getResizeHandler()}
                    onTouchStart={header.getResizeHandler()}
                    onDoubleClick={() => header.column.resetSize()}
                    aria-hidden="true"
                  />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} aria-hidden="true" />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const id = props.rowId(row);
            return (
              <tr
                key={id}
                aria-rowindex={item.index + 2}
                className={rowClass(item.index === focused, props.selected?.has(id) === true, props.onOpen !== undefined)}
                onClick={(event) => {
                  setFocused(item.index);
                  if (!isControl(event.target)) props.onOpen?.(row);
                }}
              >
                {selectable && (
                  <td className="table-check">
                    <input
                      type="checkbox"
                      checked={props.selected?.has(id) === true}
                      onChange={() => props.onSelect?.(id)}
                      aria-label={`Select ${props.nameOf?.(row) ?? id}`}
                    />
                  </td>
                )}
                {props.columns.map((column) => (
                  <td key={column.id} className={column.numeric === true ? 'number' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr style={{ height: after }} aria-hidden="true" />}
          {props.footer !== undefined && (
            <tr className="table-footer">
              <td colSpan={columnCount}>{props.footer}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function withRow<Row>(row: Row | undefined, act: ((row: Row) => void) | undefined): void {
  if (row !== undefined) act?.(row);
}

function descendsFirst({ sortsFirst, numeric }: Pick<Column<never>, 'sortsFirst' | 'numeric'>): boolean {
  return sortsFirst === undefined ? numeric !== true : sortsFirst === 'descending';
}

function rowClass(focused: boolean, selected: boolean, opens: boolean): string {
  return [focused && 'row-focused', selected && 'row-selected', opens && 'row-opens'].filter(Boolean).join(' ');
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label') !== null;
}
