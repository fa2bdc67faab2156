// One location's day: what stands in the way, three sides, tills and numbers that are missing, differences down to the document, the
// certificate. Closing, reopening and releasing are finance's.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { send } from '../api/client';
import { useDeed, useGet } from '../api/hooks';
import type { Schema } from '../api/types';
import { count } from '../lib/format';
import { businessDate } from '../lib/time';
import { useUrl } from '../lib/useUrl';
import { useLocationName } from '../lib/zones';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { ConfirmDeed } from '../ui/ConfirmDeed';
import { AsOf, Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { PlainTable } from '../ui/PlainTable';
import { Mark, Status } from '../ui/Status';
import { Answered } from '../ui/states';
import { Age, Time } from '../ui/Time';
import { Blockers } from './closes/Blockers';
import { CertificateView } from './closes/CertificateView';
import { Differences } from './closes/Differences';
import { Tills } from './closes/Tills';
import { ThreeSides } from './closes/ThreeSides';

type Day = Schema<'Day'>;
const PERIOD_S = 15;
const CHANGES = ['/v1/closes', '/v1/closes/summary', '/v1/closes/{location}/{business_date}', '/v1/reconciliation', '/v1/reconciliation/differences', '/v1/postings', '/v1/exceptions'];

export default function ClosePage() {
  const { location: encoded = '', date = '' } = useParams<{ location: string; date: string }>();
  const location = decodeURIComponent(encoded);
  const url = useUrl();
  const name = useLocationName(location);
  const read = useGet('/v1/closes/{location}/{business_date}', { path: { location, business_date: date } }, { livePollS: PERIOD_S });
  const title = t.closes.dayOf(name, businessDate(date));
  return (
    <Page title={title} actions={read.data ? <Deeds day={read.data} /> : undefined}>
      <div className="row"><Link href={url.to('/closes', { date })}>{t.closes.allOf(businessDate(date))}</Link></div>
      <Answered read={read} what={t.closes.one}>
        {(day) => {
          const missing = day.tills.reduce((sum, till) => sum + till.missing_count, 0);
          const withoutClose = day.in_the_way.filter((blocker) => blocker.code === 'close_missing').length;
          const differing = day.tills.reduce((sum, till) => sum + till.differences.length, 0);
          const { posted, open, unknown, refused, held } = day.postings;
          const failedIf = (n: number) => (n > 0 ? 'failed' as const : undefined);
          return (
            <>
              <div className="row">
                <Status kind="close" value={day.state} />
                {day.issued?.certificate.forced && <Mark role="attention">{t.closes.forced}</Mark>}
                {day.period_closed && <Mark role="idle">{t.closes.periodClosed}</Mark>}
                {day.state !== 'closed' && <span className="soft">{t.closes.expected} <Time at={day.expected_at} location={location} /></span>}
              </div>
              <Figures>
                <Figure label={t.closes.missingTills} value={count(withoutClose)} unit={t.closes.tillsUnit} role={failedIf(withoutClose)} asOfMs={read.asOfMs} periodS={PERIOD_S} />
                <Figure label={t.closes.missingNumbers} value={count(missing)} unit={t.closes.numbersUnit} role={failedIf(missing)} asOfMs={read.asOfMs} periodS={PERIOD_S} />
                <Figure label={t.closes.differences} value={count(differing)} role={failedIf(differing)} asOfMs={read.asOfMs} periodS={PERIOD_S} />
                <Figure label={t.closes.postingsOpen} value={count(open + unknown + refused + held)} role={failedIf(unknown + refused + held)} asOfMs={read.asOfMs} periodS={PERIOD_S}
                        href={url.to('/postings', { location, business_date: date })} />
                <Figure label={t.closes.postingsPosted} value={count(posted)} asOfMs={read.asOfMs} periodS={PERIOD_S} href={url.to('/postings', { location, business_date: date, status: 'posted' })} />
                <Figure label={t.exceptions.title} value={count(day.exceptions.count)} role={failedIf(day.exceptions.count)} asOfMs={read.asOfMs} periodS={PERIOD_S}
                        href={url.to('/exceptions', { status: 'open', location })} />
              </Figures>
              <Blockers day={day} />
              <ThreeSides location={location} date={date} />
              <Differences location={location} date={date} />
              <Tills day={day} />
              {day.backlog.length > 0 && (
                <section className="stack-s">
                  <h2>{t.closes.agents}</h2>
                  <PlainTable label={t.closes.agents} rows={day.backlog} keyOf={(row) => row.agent_id} columns={[
                    { header: t.closes.agent, cell: (row) => <Link href={url.to(`/fleet/${row.agent_id}`)}>{row.name || row.agent_id}</Link> },
                    { header: t.statusLabel, cell: (row) => <Status kind="agent" value={row.state} /> },
                    { header: t.closes.backlog, cell: (row) => t.closes.documentsOf(count(row.documents)), number: true },
                    { header: t.closes.lastHeard, cell: (row) => <Age of={row.last_heard} location={location} suffix={t.trace.ago} />, number: true },
                  ]} />
                </section>
              )}
              <CertificateView day={day} />
              <AsOf ms={read.asOfMs} />
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

type Asked = 'close' | 'reopen' | 'release' | null;

function Deeds({ day }: { day: Day }) {
  const mayAct = useMay('finance');
  const [asked, setAsked] = useState<Asked>(null);
  const [isForced, setForced] = useState(false);
  const [postingDate, setPostingDate] = useState('');
  const { location, business_date: date } = day;
  const path = { location, business_date: date };
  const done = (): void => {
    setAsked(null);
    setForced(false);
    setPostingDate('');
  };
  const close = useDeed((body: object, key) => send('post', '/v1/closes/{location}/{business_date}/close', { path, body, key }), { changes: CHANGES, done: t.closes.closedDone, onDone: done });
  const reopen = useDeed((body: object, key) => send('post', '/v1/closes/{location}/{business_date}/reopen', { path, body, key }), { changes: CHANGES, done: t.closes.reopenedDone, onDone: done });
  const release = useDeed((body: object, key) => send<{ released: number; posting_date: string }>('post', '/v1/closes/{location}/{business_date}/release', { path, body, key }), {
    changes: CHANGES, done: (result) => t.closes.releasedDone(result.released, businessDate(result.posting_date)), onDone: done,
  });
  if (!mayAct) return null;
  const name = businessDate(date);
  return (
    <>
      {day.state !== 'closed' && <Button size="compact-sm" onClick={() => setAsked('close')}>{t.closes.close}</Button>}
      {(day.state === 'closed' || day.period_closed) && <Button size="compact-sm" variant="default" onClick={() => setAsked('reopen')}>{t.closes.reopen}</Button>}
      {day.postings.held > 0 && <Button size="compact-sm" variant="default" onClick={() => setAsked('release')}>{t.closes.release}</Button>}
      <ConfirmDeed opened={asked === 'close'} onClose={done} title={t.closes.closeTitle} deed={day.may_close ? t.closes.closeDeed(name) : t.closes.forceDeed(name)} danger={!day.may_close}
                   type={day.may_close ? undefined : location} reason={day.may_close ? 'optional' : 'required'} disabled={!day.may_close && !isForced} busy={close.isPending}
                   onDeed={(reason) => close.mutate({ ...(reason ? { reason } : {}), ...(day.may_close ? {} : { force: true }) })}>
        {day.may_close ? <p>{t.closes.closeText}</p> : (
          <div className="stack-s">
            <p>{t.closes.notReady(day.in_the_way.length)}</p>
            <Checkbox label={t.closes.forceAnyway} checked={isForced} onChange={(event) => setForced(event.currentTarget.checked)} />
          </div>
        )}
      </ConfirmDeed>
      <ConfirmDeed opened={asked === 'reopen'} onClose={done} title={t.closes.reopenTitle} deed={t.closes.reopenDeed(name)} danger reason="required" busy={reopen.isPending} onDeed={(reason) => reopen.mutate({ reason })}>
        <p>{t.closes.reopenText}</p>
      </ConfirmDeed>
      <ConfirmDeed opened={asked === 'release'} onClose={done} title={t.closes.releaseTitle} deed={t.closes.releaseDeed(day.postings.held)} reason="required" busy={release.isPending}
                   onDeed={(reason) => release.mutate({ reason, ...(postingDate ? { posting_date: postingDate } : {}) })}>
        <p>{t.closes.releaseText}</p>
        <TextInput type="date" label={t.closes.releaseDate} value={postingDate} onChange={(event) => setPostingDate(event.currentTarget.value)} />
      </ConfirmDeed>
    </>
  );
}
