// One connection to an ERP: is it flowing, since when, what waits, how fast it goes; sending a range again.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { usePending } from '../api/hooks';
import type { ConnectorDetail } from '../api/types';
import { count, duration, figure } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { wordOf } from '../lib/words';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { Facts } from '../ui/Facts';
import { AsOf, Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Answered } from '../ui/states';
import { Age, Due, Time } from '../ui/Time';
import { BulkDialog, type BulkWish } from './operations/BulkDialog';
import { OperationStrip } from './operations/OperationStrip';

/** In the order of a posting's life; what ended well stands last. */
const QUEUE = ['queued', 'sending', 'retrying', 'unknown', 'refused', 'held', 'collected', 'posted', 'skipped'] as const;
const PERIOD_S = 15;

export default function ConnectorPage() {
  const { name = '' } = useParams<{ name: string }>();
  const url = useUrl();
  const mayAct = useMay('operator');
  const read = usePending<ConnectorDetail>('/v1/connectors/{name}', { path: { name } }, { livePollS: 5 });
  const [asksRange, setAsksRange] = useState(false);
  const [wish, setWish] = useState<BulkWish | null>(null);
  return (
    <Page title={t.connectors.named(name)} actions={mayAct ? <Button size="compact-sm" variant="default" onClick={() => setAsksRange(true)}>{t.connectors.replay}</Button> : undefined}>
      <OperationStrip />
      <Answered read={read} what={t.connectors.title}>
        {(connector) => (
          <>
            <Facts facts={[
              [t.connectors.breaker, <Status key="b" kind="breaker" value={connector.breaker} />],
              [t.connectors.since, <Time key="s" at={connector.since} />],
              connector.probe_at ? [t.connectors.probe, <Due key="p" at={connector.probe_at} />] : null,
              [t.connectors.oldest, <Age key="o" of={connector.oldest_open_at} />],
              [t.connectors.url, <span key="u" className="mono">{connector.url}</span>],
              [t.connectors.lastError, connector.last_error || t.connectors.noError],
            ]} />
            <section className="stack-s">
              <h2>{t.connectors.queue}</h2>
              <Figures>
                {QUEUE.filter((status) => connector.queue ? status in connector.queue : status === 'queued').map((status) => {
                  const n = connector.queue?.[status] ?? connector.waiting;
                  const { word, role } = wordOf('posting', status);
                  return <Figure key={status} label={word} value={count(n)} role={n > 0 && (role === 'failed' || role === 'attention') ? role : undefined} asOfMs={read.asOfMs} periodS={PERIOD_S}
                                 href={url.to('/postings', { status })} />;
                })}
              </Figures>
            </section>
            {connector.rates && Object.keys(connector.rates.per_minute).length > 0 && (
              <section className="stack-s">
                <h2>{t.connectors.rates(duration(connector.rates.window_s))}</h2>
                <Figures>
                  {Object.entries(connector.rates.per_minute).map(([status, value]) => <Figure key={status} label={wordOf('posting', status).word} value={figure(value, '')} unit={t.connectors.perMinute} asOfMs={read.asOfMs} periodS={PERIOD_S} />)}
                </Figures>
              </section>
            )}
            <Link href={url.to('/postings', { status: 'refused' })}>{t.connectors.toRefused}</Link>
            <AsOf ms={read.asOfMs} />
          </>
        )}
      </Answered>
      <Modal opened={asksRange} onClose={() => setAsksRange(false)} title={t.connectors.replay} centered>
        <RangeForm onRange={(selection, about) => { setAsksRange(false); setWish({ kind: 'replay', selection, about }); }} />
      </Modal>
      <BulkDialog wish={wish} onClose={() => setWish(null)} type={wish ? String(wish.selection.location || name) : undefined} />
    </Page>
  );
}

function RangeForm({ onRange }: { onRange: (selection: Record<string, string>, about: string) => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [location, setLocation] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const ready = from !== '' && to !== '' && from <= to;
  return (
    <form className="stack" onSubmit={(event) => {
      event.preventDefault();
      if (!ready) return;
      const selection = { from, to, ...(location.trim() ? { location: location.trim() } : {}), ...(kind ? { kind } : {}) };
      onRange(selection, t.connectors.range(from, to, location.trim(), kind ? t.postings.kinds[kind] ?? kind : ''));
    }}>
      <div>{t.connectors.replayText}</div>
      <TextInput type="date" label={t.connectors.from} required value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput type="date" label={t.connectors.to} required value={to} onChange={(event) => setTo(event.currentTarget.value)} error={from && to && from > to ? t.connectors.backwards : undefined} />
      <TextInput label={t.connectors.location} value={location} onChange={(event) => setLocation(event.currentTarget.value)} />
      <Select label={t.postings.kind} placeholder={t.list.all} clearable value={kind} onChange={setKind}
              data={['sale', 'return', 'stock', 'void', 'till_close', 'till_event', 'summed'].map((value) => ({ value, label: t.postings.kinds[value] ?? value }))} />
      <div className="row" style={{ justifyContent: 'flex-end' }}><Button type="submit" disabled={!ready}>{t.connectors.lookAt}</Button></div>
    </form>
  );
}
