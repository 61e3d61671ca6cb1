import { Button, TextInput } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { Asked } from './asked.tsx';
import { ColumnPicker } from './column-picker.tsx';
import { CopyAsCode, type AsCode } from './copy.tsx';
import { download } from './csv.ts';
import { DataTable, type Sort } from './data-table.tsx';
import { plural } from './format.ts';
import { csvOf, listed, readListView, writeListView, type ListSearch, type ListView, type ValueColumn } from './list-view.ts';
import { Page } from './page.tsx';
import './list-page.css';

interface ListPageProps<Row> {
  readonly title: string;
  /** What one row is called. */
  readonly noun: string;
  readonly about?: ReactNode;
  readonly query: UseQueryResult<readonly Row[]>;
  readonly columns: readonly ValueColumn<Row>[];
  readonly byDefault: Sort;
  readonly rowId: (row: Row) => string;
  /** What the filter looks into, and how it says so. */
  readonly textsOf: (row: Row) => readonly (string | null)[];
  readonly filterBy: string;
  readonly search: ListSearch;
  readonly onSearch: (search: ListSearch, replace: boolean) => void;
  readonly onOpen: (row: Row) => void;
  readonly code: AsCode;
  /** Shown where there are none. */
  readonly none: ReactNode;
}

/** A page of one table whose rows the server answers all at once: filtered and sorted here, as the address says. */
export function ListPage<Row extends object>(props: ListPageProps<Row>) {
  const { columns, byDefault, search, onSearch, textsOf, noun } = props;
  const view = useMemo(() => readListView(search, columns, byDefault), [search, columns, byDefault]);
  const show = (change: Partial<ListView>, replace = false) => onSearch(writeListView({ ...view, ...change }, byDefault), replace);
  const all = props.query.data;
  const rows = useMemo(() => listed(all ?? [], columns, { ...view, textsOf }), [all, columns, view, textsOf]);
  const shown = useMemo(
    () => (view.columns === undefined ? columns : columns.filter(({ id }) => view.columns?.includes(id) === true)),
    [columns, view.columns],
  );
  return (
    <Page
      title={props.title}
      fill
      about={
        <>
          <span>{all === undefined ? ' ' : plural(rows.length, noun)}</span>
          {all !== undefined && props.about}
        </>
      }
      actions={
        <>
          <ColumnPicker
            groups={[[props.title, columns.map(({ id }) => id)]]}
            titleOf={(id) => columns.find((column) => column.id === id)?.title ?? id}
            shown={shown.map(({ id }) => id)}
            suggested={view.columns === undefined}
            onChange={(next) => show({ columns: next }, true)}
          />
          <Button
            variant="default"
            disabled={rows.length === 0}
            onClick={() => download(`${props.title.toLowerCase()}.csv`, csvOf(rows, shown), 'text/csv')}
          >
            CSV
          </Button>
          <CopyAsCode code={props.code} />
        </>
      }
    >
      <Asked query={props.query}>
        {({ length }) =>
          length === 0 ? (
            props.none
          ) : (
            <>
              <TextInput
                data-filter
                className="list-filter"
                aria-label={`Filter ${noun}s`}
                placeholder={`Filter by ${props.filterBy}  ( / )`}
                value={view.filter}
                onChange={(event) => show({ filter: event.currentTarget.value }, true)}
              />
              <DataTable
                fill
                label={`${noun[0]?.toUpperCase()}${noun.slice(1)}s`}
                name={`${noun}s`}
                columns={shown}
                rows={rows}
                rowId={props.rowId}
                sort={view.sort}
                onSort={(sort) => show({ sort })}
                onOpen={props.onOpen}
              />
            </>
          )
        }
      </Asked>
    </Page>
  );
}
