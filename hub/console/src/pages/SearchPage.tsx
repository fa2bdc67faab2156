import { Link } from 'wouter';
import { usePending } from '../api/hooks';
import type { SearchHit } from '../api/types';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';
import { AsOf } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Answered, Empty } from '../ui/states';
import { Status } from '../ui/Status';
import { Age } from '../ui/Time';
import type { WordKind } from '../lib/words';

/** Whose words a hit's state is told in. */
const wordsOf: Record<string, WordKind> = { document: 'document', agent: 'agent', posting: 'posting', erp_reference: 'posting', exception: 'exception', reservation: 'reservation', order: 'reservation' };
const MOST = 20;

export default function SearchPage() {
  const url = useUrl();
  const q = (url.query.q ?? '').trim();
  const read = usePending<{ items: SearchHit[] }>('/v1/search', { query: { q, limit: MOST } }, { enabled: q !== '', pollS: false });
  return (
    <Page title={q ? t.search.results(q) : t.search.title}>
      {q === '' ? <Empty>{t.search.first}</Empty> : (
        <Answered read={read} what={t.search.what}>
          {({ items }) => items.length === 0 ? <Empty action={<Link href={url.to('/trace', { q })}>{t.search.askTrace}</Link>}>{t.search.none(q)}</Empty> : (
            <>
              <div className="table-frame" tabIndex={0} role="region" aria-label={t.search.table}>
                <table className="table" aria-label={t.search.table}>
                  <thead><tr><th scope="col">{t.search.hit}</th><th scope="col">{t.search.kind}</th><th scope="col">{t.search.state}</th><th scope="col" className="number">{t.search.age}</th></tr></thead>
                  <tbody>
                    {items.map((hit) => (
                      <tr key={`${hit.kind} ${hit.id}`}>
                        <td><Link href={hit.href}>{hit.title || hit.id}</Link></td>
                        <td>{t.search.kinds[hit.kind] ?? hit.kind}</td>
                        <td>{hit.state ? <Status kind={wordsOf[hit.kind] ?? 'document'} value={hit.state} /> : <span className="soft">{t.absent}</span>}</td>
                        <td className="number"><Age of={hit.at} /></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <div className="row"><span className="soft small grow">{items.length >= MOST ? t.search.most : ''}</span><AsOf ms={read.asOfMs} /></div>
            </>
          )}
        </Answered>
      )}
    </Page>
  );
}
