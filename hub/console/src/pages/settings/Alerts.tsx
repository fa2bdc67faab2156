// Alerts as they stand, and the rules that raise them.
import { Button, Modal, NumberInput, Select, Switch } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { Alert, AlertRule } from '../../api/types';
import { duration, figure } from '../../lib/format';
import { wordOf, words as stateWords } from '../../lib/words';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { DataTable, type Column } from '../../ui/DataTable';
import { FilterBar } from '../../ui/FilterBar';
import { Answered, Empty } from '../../ui/states';
import { Mark, Status } from '../../ui/Status';
import { Age, Time } from '../../ui/Time';
import { useList } from '../../ui/useList';

const words = t.settings.alerts;
const SILENCES_H = [1, 4, 24, 72] as const;

export default function Alerts() {
  const mayAct = useMay('operator');
  const list = useList<Alert>({ path: '/v1/alerts', filters: ['status'], idOf: (row) => row.alert_id, livePollS: 60 });
  const [silenced, setSilenced] = useState<Alert | null>(null);
  const [hours, setHours] = useState<string>('4');
  const changes = ['/v1/alerts', '/v1/overview'];
  const acknowledge = useDeed((id: string, key) => send('post', '/v1/alerts/{id}/acknowledge', { path: { id }, body: {}, key }), { done: words.acknowledged, changes });
  const silence = useDeed((body: { id: string; for_s: number; reason: string }, key) => send('post', '/v1/alerts/{id}/silence', { path: { id: body.id }, body: { for_s: body.for_s, reason: body.reason }, key }), { done: words.silenced, changes, onDone: () => setSilenced(null) });
  const columns: Column<Alert>[] = [
    { id: 'title', header: words.alert, cell: (row) => <><Link href={row.href}><Mark role={row.severity === 'f' ? 'failed' : 'attention'}>{row.title}</Mark></Link><div className="small soft">{row.detail}</div></> },
    { id: 'status', header: words.status, cell: (row) => <Status kind="alert" value={row.status} /> },
    { id: 'since', header: words.since, number: true, cell: (row) => <Age of={row.since} location={row.location} /> },
    { id: 'where', header: words.where, cell: (row) => row.location ?? row.agent_id ?? t.absent },
    { id: 'who', header: words.by, cell: (row) => (row.silenced_until && row.status === 'silenced' ? <>{words.until} <Time at={row.silenced_until} location={row.location} short /></> : row.acknowledged_by) },
    { id: 'act', header: words.edit, headerHidden: true, number: true, cell: (row) => mayAct && row.status !== 'resolved' && (
      <span className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
        {row.status === 'firing' && <Button size="compact-xs" variant="default" onClick={() => acknowledge.mutate(row.alert_id)} aria-label={`${words.acknowledge}: ${row.title}`}>{words.acknowledge}</Button>}
        {row.status !== 'silenced' && <Button size="compact-xs" variant="default" onClick={() => setSilenced(row)} aria-label={`${words.silence}: ${row.title}`}>{words.silence}</Button>}
      </span>
    ) },
  ];
  return (
    <>
      <FilterBar page="alerts" filters={[{ name: 'status', label: words.status, kind: 'choice', options: Object.keys(stateWords.alert).map((value) => ({ value, label: wordOf('alert', value).word })) }]} />
      <DataTable label={words.what} list={list} columns={columns} empty={words.empty} />
      <Rules />
      <ConfirmDeed opened={silenced !== null} onClose={() => setSilenced(null)} title={words.silenceTitle} deed={words.silence} reason="required" busy={silence.isPending}
                   onDeed={(reason) => silenced && silence.mutate({ id: silenced.alert_id, for_s: Number(hours) * 3600, reason })}>
        <p>{silenced?.title}</p>
        <Select label={words.silenceFor} value={hours} onChange={(value) => value && setHours(value)} allowDeselect={false} data={SILENCES_H.map((h) => ({ value: String(h), label: words.hours(h) }))} />
      </ConfirmDeed>
    </>
  );
}

function Rules() {
  const mayChange = useMay('administrator');
  const read = usePending<{ items: AlertRule[] }>('/v1/alert-rules', {}, { pollS: false });
  const [edited, setEdited] = useState<AlertRule | null>(null);
  return (
    <section className="stack-s">
      <h2 id="rules">{words.rules}</h2>
      <Answered read={read} what={words.whatRules}>
        {({ items }) => items.length === 0 ? <Empty>{words.emptyRules}</Empty> : (
          <div className="table-frame" tabIndex={0} role="region" aria-labelledby="rules">
            <table className="table">
              <thead><tr><th scope="col">{words.title}</th><th scope="col" className="number">{words.limit}</th><th scope="col" className="number">{words.forS}</th><th scope="col">{words.severity}</th><th scope="col">{words.enabled}</th>{mayChange && <th scope="col"><span className="hidden">{words.edit}</span></th>}</tr></thead>
              <tbody>
                {items.map((rule) => (
                  <tr key={rule.name}>
                    <td>{rule.title}</td><td className="number">{rule.limit_max > rule.limit_min ? figure(rule.limit, rule.unit) : t.absent}</td><td className="number">{duration(rule.for_s)}</td><td><Status kind="severity" value={rule.severity} /></td>
                    <td><Status kind="yes" value={String(rule.enabled)} /></td>
                    {mayChange && <td className="number"><Button size="compact-xs" variant="default" onClick={() => setEdited(rule)} aria-label={`${words.edit}: ${rule.title}`}>{words.edit}</Button></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      {edited && <EditRule rule={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}

function EditRule({ rule, onClose }: { rule: AlertRule; onClose: () => void }) {
  const [limit, setLimit] = useState<number>(rule.limit);
  const [forS, setForS] = useState<number>(rule.for_s);
  const [severity, setSeverity] = useState<'f' | 'a'>(rule.severity);
  const [enabled, setEnabled] = useState(rule.enabled);
  const change = useDeed((body: object) => send('put', '/v1/alert-rules/{name}', { path: { name: rule.name }, body }), { done: words.changed, changes: ['/v1/alert-rules', '/v1/alerts'], onDone: onClose });
  return (
    <Modal opened onClose={onClose} title={rule.title}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); change.mutate({ limit, for_s: forS, severity, enabled }); }}>
        {rule.limit_max > rule.limit_min && <NumberInput label={words.unit(rule.unit)} min={rule.limit_min} max={rule.limit_max} value={limit} onChange={(value) => setLimit(Number(value))} data-autofocus />}
        <NumberInput label={words.seconds} min={0} value={forS} onChange={(value) => setForS(Number(value))} />
        <Select label={words.severity} allowDeselect={false} value={severity} onChange={(value) => value && setSeverity(value as 'f' | 'a')} data={(['f', 'a'] as const).map((value) => ({ value, label: wordOf('severity', value).word }))} />
        <Switch label={words.enabled} checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
        <Button type="submit" loading={change.isPending}>{words.save}</Button>
      </form>
    </Modal>
  );
}
