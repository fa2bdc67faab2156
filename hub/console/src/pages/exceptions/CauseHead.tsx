// The one cause that the list below is filtered to: what it means, what to do, and the same for all of it.
import { useGet } from '../../api/hooks';
import { count, worth } from '../../lib/format';
import { t } from '../../strings/en';
import { Figure, Figures } from '../../ui/Figure';
import { Due } from '../../ui/Time';
import { Answered } from '../../ui/states';
import { RunbookText } from './RunbookText';

export function CauseHead({ code, cause, location }: { code: string; cause: string; location?: string }) {
  const read = useGet('/v1/exceptions/causes', { query: { code, cause, location, limit: 200 } });
  return (
    <Answered read={read} what={t.exceptions.cause} rows={3}>
      {({ items }) => {
        const one = items.find((item) => item.code === code && item.cause_key === cause);
        if (!one) return <div className="notice good">{t.exceptions.causeGone}</div>;
        return (
          <section className="card stack-s" aria-label={t.exceptions.cause}>
            <h2>{one.title} <span className="mono">{one.cause_key}</span></h2>
            <div>{one.meaning} {one.remedy}</div>
            <Figures>
              <Figure label={t.exceptions.openCount} value={count(one.count)} asOfMs={read.asOfMs} />
              <Figure label={t.exceptions.stores} value={count(one.stores)} asOfMs={read.asOfMs} />
              <Figure label={t.exceptions.worth} value={worth(one.worth)} asOfMs={read.asOfMs} />
              <Figure label={t.exceptions.due} value={<Due at={one.due_at} />} role={one.overdue ? 'failed' : undefined} asOfMs={read.asOfMs} />
            </Figures>
            {one.runbook && <RunbookText code={code} />}
          </section>
        );
      }}
    </Answered>
  );
}
