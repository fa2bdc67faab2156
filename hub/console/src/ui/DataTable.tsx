// A list as a table: sorting by the hub, virtual rows, keys j k h l x Enter, selection, "12 new, show", pages of 50.
import { Button, Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronLeft, IconChevronRight, IconSelector } from '@tabler/icons-react';
import { flexRender, getCoreRowModel, useReactTable, type ColumnDef } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';
import { total as totalText } from '../lib/format';
import { useKeys } from '../lib/keys';
import { t } from '../strings/en';
import { AsOf } from './Figure';
import { Answered, Empty } from './states';
import type { List } from './useList';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The name by which the hub sorts; without one the column is not sorted by. */
  sort?: string;
  number?: boolean;
  /** The header is only heard: a column of buttons. */
  headerHidden?: boolean;
  /** Long text is cut to one line. */
  cut?: boolean;
}

interface DataTableProps<Row> {
  /** Says what the table holds, for readers who hear it, and for the words while it is read: "agents". */
  label: string;
  list: List<Row>;
  columns: Column<Row>[];
  /** Where a row's details are; the first column becomes the link. */
  href?: (row: Row) => string;
  /** What a row is called, for its checkbox. */
  nameOf?: (row: Row) => string;
  /** The row whose details are open. */
  currentId?: string | null;
  empty: ReactNode;
  emptyAction?: ReactNode;
  selection?: ReadonlySet<string>;
  onSelection?: (ids: ReadonlySet<string>) => void;
}

/** From this many rows on only those in sight are drawn. */
const VIRTUAL_FROM = 60;

export function DataTable<Row>({ label, list, columns, href, nameOf, currentId, empty, emptyAction, selection, onSelection }: DataTableProps<Row>) {
  const frame = useRef<HTMLDivElement>(null);
  const { rows, idOf } = list;
  const table = useReactTable<Row>({
    data: rows,
    columns: columns.map((column): ColumnDef<Row> => ({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) })),
    getCoreRowModel: getCoreRowModel(),
    getRowId: idOf,
    manualSorting: true,
    manualPagination: true,
  });
  const models = table.getRowModel().rows;
  const isVirtual = models.length >= VIRTUAL_FROM;
  const virtual = useVirtualizer({ count: models.length, getScrollElement: () => frame.current, estimateSize: () => 33, overscan: 12, enabled: isVirtual });
  const drawn = isVirtual ? virtual.getVirtualItems().map((item) => item.index) : models.map((_, i) => i);
  const before = isVirtual ? (virtual.getVirtualItems()[0]?.start ?? 0) : 0;
  const behind = isVirtual ? virtual.getTotalSize() - (virtual.getVirtualItems().at(-1)?.end ?? 0) : 0;

  const rowElements = (): HTMLElement[] => Array.from(frame.current?.querySelectorAll<HTMLElement>('tbody tr[data-row]') ?? []);
  const focused = (): HTMLElement | undefined => rowElements().find((row) => row.contains(document.activeElement));
  const step = (by: 1 | -1): void => {
    const all = rowElements();
    const at = all.indexOf(focused() as HTMLElement);
    const current = at >= 0 ? at : all.findIndex((row) => row.dataset.current === 'true');
    const next = all[current < 0 ? 0 : Math.min(all.length - 1, Math.max(0, current + by))];
    (next?.querySelector<HTMLElement>('a, button, input') ?? next)?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  const toggle = (id: string): void => {
    if (!onSelection) return;
    const next = new Set(selection);
    if (!next.delete(id)) next.add(id);
    onSelection(next);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    l: () => list.next?.(),
    h: () => list.previous?.(),
    x: () => {
      const id = focused()?.dataset.row;
      if (id !== undefined) toggle(id);
    },
  });
  // Another page begins at its top.
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0;
  }, [list.filter, list.sort, rows[0] && idOf(rows[0])]);

  const allSelected = rows.length > 0 && rows.every((row) => selection?.has(idOf(row)));
  const someSelected = rows.some((row) => selection?.has(idOf(row)));
  return (
    <Answered read={list.read} what={label} rows={10}>
      {() => (
        <>
          {list.waiting > 0 && <div role="status"><Button size="compact-sm" variant="light" onClick={list.showWaiting}>{t.list.waiting(list.waiting)}</Button></div>}
          {rows.length === 0 ? (
            <Empty action={list.hasFilters ? <Button variant="default" onClick={list.clearFilters}>{t.state.clearFilters}</Button> : emptyAction}>
              {list.hasFilters ? t.state.noMatch : empty}
            </Empty>
          ) : (
            <div className="table-frame" ref={frame} tabIndex={0} role="region" aria-label={label}>
              <table className="table" aria-label={label} aria-rowcount={isVirtual ? models.length + 1 : undefined}>
                <thead>
                  <tr>
                    {onSelection && (
                      <th className="select" scope="col">
                        <Checkbox size="xs" aria-label={t.list.selectAll} checked={allSelected} indeterminate={someSelected && !allSelected}
                                  onChange={() => onSelection(allSelected ? new Set() : new Set(rows.map(idOf)))} />
                      </th>
                    )}
                    {columns.map((column) => {
                      const up = column.sort !== undefined && list.sort === column.sort;
                      const down = column.sort !== undefined && list.sort === `-${column.sort}`;
                      return (
                        <th key={column.id} scope="col" className={column.number ? 'number' : undefined} aria-sort={up ? 'ascending' : down ? 'descending' : undefined}>
                          {column.sort !== undefined ? (
                            <button type="button" onClick={() => list.sortBy(column.sort as string)} title={t.list.sortBy(column.header)}>
                              {column.header}
                              {up ? <IconArrowUp size={12} aria-hidden /> : down ? <IconArrowDown size={12} aria-hidden /> : <IconSelector size={12} aria-hidden />}
                            </button>
                          ) : column.headerHidden ? <span className="hidden">{column.header}</span> : column.header}
                        </th>
                      );
                    })}
                  </tr>
                </thead>
                <tbody>
                  {before > 0 && <tr className="spacer" aria-hidden><td colSpan={columns.length + 1} style={{ height: before }} /></tr>}
                  {drawn.map((index) => {
                    const model = models[index];
                    if (!model) return null;
                    return (
                      <tr key={model.id} data-row={model.id} data-current={currentId === model.id} tabIndex={href || onSelection ? undefined : -1}
                          aria-rowindex={isVirtual ? index + 2 : undefined}>
                        {onSelection && (
                          <td className="select">
                            <Checkbox size="xs" aria-label={t.list.select(nameOf?.(model.original) ?? model.id)} checked={selection?.has(model.id) ?? false} onChange={() => toggle(model.id)} />
                          </td>
                        )}
                        {model.getVisibleCells().map((cell, i) => {
                          const column = columns[i];
                          const content = flexRender(cell.column.columnDef.cell, cell.getContext());
                          return (
                            <td key={cell.id} className={[column?.number ? 'number' : '', column?.cut ? 'cut' : ''].join(' ').trim() || undefined}>
                              {i === 0 && href ? <Link href={href(model.original)} aria-current={currentId === model.id ? 'true' : undefined}>{content}</Link> : content}
                            </td>
                          );
                        })}
                      </tr>
                    );
                  })}
                  {behind > 0 && <tr className="spacer" aria-hidden><td colSpan={columns.length + 1} style={{ height: behind }} /></tr>}
                </tbody>
              </table>
            </div>
          )}
          <nav className="pager" aria-label={t.list.page}>
            <Button size="compact-sm" variant="default" disabled={!list.previous} onClick={() => list.previous?.()} leftSection={<IconChevronLeft size={16} aria-hidden />}>{t.list.previous}</Button>
            <Button size="compact-sm" variant="default" disabled={!list.next} onClick={() => list.next?.()} rightSection={<IconChevronRight size={16} aria-hidden />}>{t.list.next}</Button>
            {list.total !== null && <span className="soft">{t.list.total(totalText(list.total, list.totalIsExact))}</span>}
            <span className="grow" />
            <AsOf ms={list.read.asOfMs} />
          </nav>
        </>
      )}
    </Answered>
  );
}
