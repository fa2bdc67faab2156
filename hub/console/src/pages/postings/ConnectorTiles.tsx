// One tile for each connection to an ERP: breaker, waiting, last error; live.
import { Link } from 'wouter';
import { useGet } from '../../api/hooks';
import { count } from '../../lib/format';
import { isStale } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';
import { Status } from '../../ui/Status';
import { Answered, Empty } from '../../ui/states';

const PERIOD_S = 15;

export function ConnectorTiles() {
  const url = useUrl();
  const now = useNow();
  const read = useGet('/v1/connectors');
  const stale = read.asOfMs !== null && isStale(read.asOfMs, now, PERIOD_S) && read.isError;
  return (
    <Answered read={read} what={t.connectors.many} rows={2}>
      {({ items }) => (items.length === 0 ? <Empty>{t.connectors.none}</Empty> : (
        <section className="figures" aria-label={t.connectors.many}>
          {items.map((connector) => (
            <Link key={connector.name} className="figure" data-stale={stale} href={url.to(`/connectors/${encodeURIComponent(connector.name)}`)}>
              <span className="figure-label">{t.connectors.named(connector.name)}</span>
              <Status kind="breaker" value={connector.breaker} />
              <span>{t.connectors.waiting(count(connector.waiting))}</span>
              {connector.last_error && <span className="small role-failed">{connector.last_error}</span>}
            </Link>
          ))}
        </section>
      ))}
    </Answered>
  );
}
