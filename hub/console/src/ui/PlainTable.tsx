// A short table inside a page or drawer, all of whose rows are there: steps, lines, tills.
import type { ReactNode } from 'react';

export interface PlainColumn<Row> { header: string; cell: (row: Row) => ReactNode; number?: boolean }

export function PlainTable<Row>({ label, rows, columns, keyOf }: { label: string; rows: readonly Row[]; columns: readonly PlainColumn<Row>[]; keyOf: (row: Row, index: number) => string | number }) {
  return (
    <div className="plain-frame" tabIndex={0} role="region" aria-label={label}>
      <table className="plain" aria-label={label}>
        <thead><tr>{columns.map(({ header, number }) => <th key={header} scope="col" className={number ? 'number' : undefined}>{header}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={keyOf(row, i)}>{columns.map(({ header, cell, number }) => <td key={header} className={number ? 'number' : undefined}>{cell(row)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
