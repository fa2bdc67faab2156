// Each till's day: closes, numbers that are missing, where close and documents differ, over and short.
import type { Schema } from '../../api/types';
import { count, decimal, money } from '../../lib/format';
import { ranges } from '../../lib/sides';
import { t } from '../../strings/en';
import { PlainTable } from '../../ui/PlainTable';
import { Mark } from '../../ui/Status';

type Day = Schema<'Day'>;
type Till = Day['tills'][number];

function side(value: string | number): string {
  return typeof value === 'number' ? count(value) : decimal(value, 2);
}

export function Tills({ day }: { day: Day }) {
  if (day.tills.length === 0) return null;
  const standing = (till: Till): string => till.closes.filter((close) => close.superseded_by === null).map((close) => close.z_no).join(', ');
  const differing = day.tills.flatMap((till) => till.differences.map((difference) => ({ till: till.till, difference })));
  const drawers = day.tills.flatMap((till) => till.over_short.map((one) => ({ till: till.till, one })));
  return (
    <section className="stack-s">
      <h2>{t.closes.tills}</h2>
      <PlainTable label={t.closes.tills} rows={day.tills} keyOf={(till) => till.till} columns={[
        { header: t.closes.till, cell: (till) => <>{till.till}{till.listed ? null : <span className="soft"> {t.closes.notListed}</span>}</> },
        { header: t.closes.complete, cell: (till) => (till.complete ? <Mark role="good">{t.closes.isComplete}</Mark> : <Mark role="failed">{t.closes.isIncomplete}</Mark>) },
        { header: t.closes.judged, cell: (till) => t.closes.judgedBy[till.judged] ?? till.judged },
        { header: t.closes.documents, cell: (till) => count(till.documents), number: true },
        { header: t.closes.zNumbers, cell: (till) => standing(till) || <Mark role="failed">{t.closes.noClose}</Mark> },
        { header: t.closes.missingNumbers, cell: (till) => (till.missing_count > 0 ? <span className="role-failed">{t.closes.missingOf(count(till.missing_count), ranges(till.missing))}</span> : count(0)) },
        { header: t.closes.doubled, cell: (till) => count(till.doubled), number: true },
      ]} />
      {differing.length > 0 && (
        <>
          <h3>{t.closes.closeDifferences}</h3>
          <PlainTable label={t.closes.closeDifferences} rows={differing} keyOf={(row, i) => `${row.till}${i}`} columns={[
            { header: t.closes.till, cell: (row) => row.till },
            { header: t.closes.figureHead, cell: (row) => row.difference.what },
            { header: t.closes.closeSays, cell: (row) => side(row.difference.pos), number: true },
            { header: t.closes.documentsSay, cell: (row) => side(row.difference.hub), number: true },
            { header: t.closes.currency, cell: (row) => row.difference.currency || t.absent },
          ]} />
        </>
      )}
      {drawers.length > 0 && (
        <>
          <h3>{t.closes.overShort}</h3>
          <PlainTable label={t.closes.overShort} rows={drawers} keyOf={(row, i) => `${row.till}${i}`} columns={[
            { header: t.closes.till, cell: (row) => row.till },
            { header: t.closes.zNumbers, cell: (row) => row.one.z_no },
            { header: t.closes.tender, cell: (row) => row.one.tender },
            { header: t.postings.amount, cell: (row) => money(String(row.one.amount), row.one.currency), number: true },
          ]} />
        </>
      )}
    </section>
  );
}
