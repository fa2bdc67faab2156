// What needs somebody, the earliest due first.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { Need } from '../../api/types';
import { worth } from '../../lib/format';
import { ageS } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Mark } from '../../ui/Status';
import { Due } from '../../ui/Time';

export function Needs({ needs, total, asOfMs }: { needs: Need[]; total: number; asOfMs: number | null }) {
  const now = useNow();
  const mayAct = useMay('operator');
  const [asked, setAsked] = useState<Need | null>(null);
  const acknowledge = useDeed((body: { need_id: string; reason: string }, key) => send('post', '/v1/needs/{need_id}/acknowledge', { path: { need_id: body.need_id }, body: body.reason ? { reason: body.reason } : {}, key }),
                              { done: t.overview.acknowledged, changes: ['/v1/overview', '/v1/alerts'], onDone: () => setAsked(null) });
  return (
    <section className="card">
      <h2 id="needs">{t.overview.needs(total)}</h2>
      {needs.length === 0 ? (
        <p className="empty"><Mark role="good">{t.overview.nothing(asOfMs === null ? 0 : ageS(asOfMs, now))}</Mark></p>
      ) : (
        <div className="table-frame needs" tabIndex={0} role="region" aria-labelledby="needs">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.overview.need}</th><th scope="col" className="number">{t.overview.worth}</th><th scope="col" className="number">{t.overview.due}</th>
                <th scope="col">{t.overview.owner}</th><th scope="col"><span className="hidden">{t.overview.acknowledge}</span></th>
              </tr>
            </thead>
            <tbody>
              {needs.map((need) => (
                <tr key={need.need_id}>
                  <td><Link href={need.href}><Mark role={need.role === 'f' ? 'failed' : 'attention'}><span className="wrap">{need.title}</span></Mark></Link></td>
                  <td className="number">{worth(need.worth)}</td>
                  <td className="number">{need.due_at ? <Due at={need.due_at} /> : t.overview.now}</td>
                  <td className="nowrap">{t.owner[need.owner] ?? need.owner}</td>
                  <td className="number">
                    {need.acknowledged_by ? <span className="small soft">{t.overview.acknowledgedBy(need.acknowledged_by)}</span>
                      : mayAct && <Button size="compact-xs" variant="default" onClick={() => setAsked(need)} aria-label={`${t.overview.acknowledge}: ${need.title}`}>{t.overview.acknowledge}</Button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > needs.length && <p className="small soft">{t.overview.needsMore(total - needs.length)}</p>}
      <ConfirmDeed opened={asked !== null} onClose={() => setAsked(null)} title={t.overview.acknowledgeTitle} deed={t.overview.acknowledge} reason="optional" busy={acknowledge.isPending}
                   onDeed={(reason) => asked && acknowledge.mutate({ need_id: asked.need_id, reason })}>
        <p>{asked?.title}</p>
      </ConfirmDeed>
    </section>
  );
}
