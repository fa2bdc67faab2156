import { Button, Modal, MultiSelect, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { AlertRule, NotificationTarget } from '../../api/types';
import { count } from '../../lib/format';
import { t } from '../../strings/en';
import { Answered, Empty } from '../../ui/states';
import { Mark, Status } from '../../ui/Status';

const words = t.settings.notification;

export default function Notification() {
  const read = usePending<{ items: NotificationTarget[] }>('/v1/notification-targets', {}, { pollS: false });
  const [edited, setEdited] = useState<NotificationTarget | 'new' | null>(null);
  const test = useDeed((name: string, key) => send('post', '/v1/notification-targets/{name}/test', { path: { name }, body: {}, key }), { done: words.tested });
  const add = <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>{words.add}</Button>;
  return (
    <>
      <div className="row">{add}</div>
      <Answered read={read} what={words.what}>
        {({ items }) => items.length === 0 ? <Empty>{words.empty}</Empty> : (
          <div className="table-frame" tabIndex={0} role="region" aria-label={words.what}>
            <table className="table">
              <thead><tr><th scope="col">{words.name}</th><th scope="col">{words.kind}</th><th scope="col">{words.to}</th><th scope="col">{words.rules}</th><th scope="col">{words.enabled}</th><th scope="col" className="number">{words.waiting}</th><th scope="col">{words.last}</th><th scope="col"><span className="hidden">{words.edit}</span></th></tr></thead>
              <tbody>
                {items.map((target) => (
                  <tr key={target.name}>
                    <td><strong>{target.name}</strong></td><td>{words[target.kind]}</td><td className="mono">{target.url || target.address}</td><td>{target.rules?.length ? target.rules.join(', ') : words.all}</td>
                    <td><Status kind="yes" value={String(target.enabled)} /></td><td className="number">{count(target.waiting)}</td><td>{target.last_error ? <Mark role="failed">{target.last_error}</Mark> : (target.last_status ?? t.absent)}</td>
                    <td className="number">
                      <span className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
                        <Button size="compact-xs" variant="default" onClick={() => test.mutate(target.name)} aria-label={`${words.test}: ${target.name}`}>{words.test}</Button>
                        <Button size="compact-xs" variant="default" onClick={() => setEdited(target)} aria-label={words.editTitle(target.name)}>{words.edit}</Button>
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      {edited !== null && <EditTarget target={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function EditTarget({ target, onClose }: { target: NotificationTarget | null; onClose: () => void }) {
  const rules = usePending<{ items: AlertRule[] }>('/v1/alert-rules', {}, { pollS: false });
  const [name, setName] = useState(target?.name ?? '');
  const [kind, setKind] = useState<'webhook' | 'email'>(target?.kind ?? 'webhook');
  const [to, setTo] = useState(target?.url || target?.address || '');
  const [chosen, setChosen] = useState<string[]>(target?.rules ?? []);
  const [enabled, setEnabled] = useState(target?.enabled ?? true);
  const [secret, setSecret] = useState('');
  const save = useDeed((body: object) => send('put', '/v1/notification-targets/{name}', { path: { name: name.trim() }, body }), { done: words.saved, changes: ['/v1/notification-targets'], onDone: onClose });
  return (
    <Modal opened onClose={onClose} title={target ? words.editTitle(target.name) : words.add}>
      <form className="stack" onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ kind, ...(kind === 'webhook' ? { url: to.trim() } : { address: to.trim() }), rules: chosen.length ? chosen : null, enabled, ...(kind === 'webhook' && secret ? { secret } : {}) });
      }}>
        {!target && <TextInput label={words.name} required value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />}
        <Select label={words.kind} allowDeselect={false} value={kind} onChange={(value) => value && setKind(value as 'webhook' | 'email')} data={[{ value: 'webhook', label: words.webhook }, { value: 'email', label: words.email }]} />
        <TextInput label={kind === 'webhook' ? words.url : words.address} type={kind === 'webhook' ? 'url' : 'email'} required value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {kind === 'webhook' && <PasswordInput label={words.secret} description={words.secretHint} value={secret} onChange={(event) => setSecret(event.currentTarget.value)} autoComplete="off" />}
        <MultiSelect label={words.rules} description={words.rulesHint} value={chosen} onChange={setChosen} data={(rules.data?.items ?? []).map((rule) => ({ value: rule.name, label: rule.title }))} />
        <Switch label={words.enabled} checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
        <Button type="submit" loading={save.isPending} disabled={!name.trim() || !to.trim()}>{words.save}</Button>
      </form>
    </Modal>
  );
}
