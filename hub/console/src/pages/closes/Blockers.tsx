// What keeps the day open, each with where it is mended.
import { Link } from 'wouter';
import type { Schema } from '../../api/types';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';
import { PlainTable } from '../../ui/PlainTable';
import { Mark } from '../../ui/Status';

type Day = Schema<'Day'>;

export function Blockers({ day }: { day: Day }) {
  const url = useUrl();
  const { location, business_date: date } = day;
  const where = (code: string): string | null => {
    switch (code) {
      case 'postings_refused': return url.to('/postings', { location, business_date: date, status: 'refused' });
      case 'postings_held': return url.to('/postings', { location, business_date: date, status: 'held' });
      case 'postings_unknown': return url.to('/postings', { location, business_date: date, status: 'unknown' });
      case 'postings_open': return url.to('/postings', { location, business_date: date });
      case 'exceptions': return url.to('/exceptions', { location, status: 'open' });
      case 'backlog': case 'silent': return url.to('/fleet', { location });
      default: return null;
    }
  };
  if (day.in_the_way.length === 0) return day.state === 'closed' ? null : <div className="notice good">{t.closes.nothingInTheWay}</div>;
  return (
    <section className="stack-s">
      <h2>{t.closes.inTheWay(day.in_the_way.length)}</h2>
      <PlainTable label={t.closes.inTheWay(day.in_the_way.length)} rows={day.in_the_way} keyOf={(row, i) => `${row.code}${row.till}${i}`} columns={[
        { header: t.closes.what, cell: (row) => <Mark role="failed">{t.closes.blocker[row.code] ?? row.code}</Mark> },
        { header: t.closes.till, cell: (row) => row.till || t.absent },
        { header: t.closes.detail, cell: (row) => row.detail },
        { header: t.closes.mend, cell: (row) => {
          const href = where(row.code);
          return href ? <Link href={href}>{t.closes.show}</Link> : null;
        } },
      ]} />
    </section>
  );
}
