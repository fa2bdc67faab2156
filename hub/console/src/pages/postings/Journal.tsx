// What a posting says: journal lines with their sums, stock lines.
import { decimal } from '../../lib/format';
import { balance, type JournalLine } from '../../lib/correction';
import { t } from '../../strings/en';
import { PlainTable } from '../../ui/PlainTable';
import { Mark } from '../../ui/Status';

export interface StockLine { sku: string; qty: string; movement?: string; state?: string }
export interface PostingBody {
  journal?: JournalLine[];
  stock?: StockLine[];
  documents?: string[];
  posting_date?: string;
  business_date?: string;
  currency?: string;
}

export function Journal({ body }: { body: PostingBody }) {
  const lines = body.journal ?? [];
  const stock = body.stock ?? [];
  const sums = balance(lines);
  return (
    <>
      {lines.length > 0 && (
        <section className="stack-s">
          <h3>{t.postings.journal}</h3>
          <PlainTable label={t.postings.journal} rows={lines} keyOf={(_, i) => i} columns={[
            { header: t.postings.account, cell: (line) => <span className="mono">{line.account}</span> },
            { header: t.postings.what, cell: (line) => [line.tender, line.tax_code && t.postings.tax(line.tax_code), line.text].filter(Boolean).join(', ') },
            { header: t.postings.debit, cell: (line) => (line.debit ? decimal(line.debit, 2) : ''), number: true },
            { header: t.postings.credit, cell: (line) => (line.credit ? decimal(line.credit, 2) : ''), number: true },
          ]} />
          <div className="row">
            {sums.isBalanced ? <Mark role="good">{t.correct.balanced}</Mark> : <Mark role="failed">{t.correct.off(decimal(sums.difference, 2))}</Mark>}
            <span className="soft">{t.correct.sums(decimal(sums.debit, 2), decimal(sums.credit, 2))}</span>
          </div>
        </section>
      )}
      {stock.length > 0 && (
        <section className="stack-s">
          <h3>{t.postings.stock}</h3>
          <PlainTable label={t.postings.stock} rows={stock} keyOf={(_, i) => i} columns={[
            { header: t.stock.sku, cell: (line) => <span className="mono">{line.sku}</span> },
            { header: t.postings.movement, cell: (line) => [line.movement, line.state].filter(Boolean).join(', ') },
            { header: t.stock.units, cell: (line) => decimal(line.qty), number: true },
          ]} />
        </section>
      )}
    </>
  );
}
