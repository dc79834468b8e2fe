// The numbers that a chart draws, as a table that can be opened below it: to read, to copy, to hear.

export interface Cell {
  text: string;
  /** Where the number stands in the answer; see tests/e2e/web/numbers.mjs. */
  at?: string;
}

export interface Row {
  /** The row's place in the answer, and what was asked when that is not what the page around it asked. */
  place?: string;
  from?: string;
  cells: (Cell | string)[];
}

export interface TableOf {
  columns: string[];
  rows: Row[];
}

export function ChartTable({ label, table }: { label: string; table: TableOf }) {
  if (table.rows.length === 0) return null;
  return (
    <details className="chart-table">
      <summary className="muted small">As numbers</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={`${label}, as numbers`}>
        <table className="list small">
          <caption hidden>{label}</caption>
          <thead><tr>{table.columns.map((name, i) => <th key={name} scope="col" className={i > 0 ? 'right' : undefined}>{name}</th>)}</tr></thead>
          <tbody>
            {table.rows.map((row, r) => (
              <tr key={r} data-from={row.from} data-in={row.place}>
                {row.cells.map((cell, i) => <td key={i} className={i > 0 ? 'right num' : 'num'} data-at={typeof cell === 'string' ? undefined : cell.at}>{typeof cell === 'string' ? cell : cell.text}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
