import { Button, Modal, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending, useTagged } from '../../api/hooks';
import type { Page, Role, User } from '../../api/types';
import { useNow } from '../../lib/useNow';
import { t } from '../../strings/en';
import { announce } from '../../ui/announce';
import { Answered, Empty } from '../../ui/states';
import { Mark } from '../../ui/Status';
import { Time } from '../../ui/Time';

const words = t.settings.users;
const roles = (['viewer', 'operator', 'finance', 'administrator'] as const).map((value) => ({ value, label: t.role[value] }));
const PASSWORD_MIN = 12;

export default function Users() {
  const read = usePending<Page<User>>('/v1/users');
  const [adding, setAdding] = useState(false);
  const [edited, setEdited] = useState<string | null>(null);
  const now = useNow();
  return (
    <>
      <div className="row"><Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>{words.add}</Button></div>
      <Answered read={read} what={words.what}>
        {({ items }) => items.length === 0 ? <Empty>{words.empty}</Empty> : (
          <div className="table-frame" tabIndex={0} role="region" aria-label={words.what}>
            <table className="table">
              <thead><tr><th scope="col">{words.name}</th><th scope="col">{words.role}</th><th scope="col">{words.state}</th><th scope="col">{words.lastLogin}</th><th scope="col">{words.created}</th><th scope="col"><span className="hidden">{words.edit}</span></th></tr></thead>
              <tbody>
                {items.map((user) => {
                  const isLocked = user.locked_until !== null && Date.parse(user.locked_until) > now;
                  return (
                    <tr key={user.name}>
                      <td><strong>{user.name}</strong></td><td>{t.role[user.role]}</td>
                      <td>{user.disabled ? <Mark role="idle">{words.disabled}</Mark> : isLocked ? <Mark role="attention">{words.locked}</Mark> : <Mark role="good">{words.active}</Mark>}</td>
                      <td><Time at={user.last_login_at} short /></td><td><Time at={user.created_at} short /></td>
                      <td className="number"><Button size="compact-xs" variant="default" onClick={() => setEdited(user.name)} aria-label={words.changeTitle(user.name)}>{words.edit}</Button></td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      <AddUser opened={adding} onClose={() => setAdding(false)} />
      {edited !== null && <EditUser name={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function AddUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  useEffect(() => {
    setName('');
    setPassword('');
    setRole('viewer');
  }, [opened]);
  const add = useDeed((body: { name: string; password: string; role: Role }, key) => send('post', '/v1/users', { body, key }), { done: (_, body) => words.added(body.name), changes: ['/v1/users'], onDone: onClose });
  return (
    <Modal opened={opened} onClose={onClose} title={words.add}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); add.mutate({ name: name.trim(), password, role }); }}>
        <TextInput label={words.name} required value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" data-autofocus />
        <PasswordInput label={words.password} description={words.rule} required minLength={PASSWORD_MIN} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" />
        <Select label={words.role} data={roles} value={role} onChange={(value) => value && setRole(value as Role)} allowDeselect={false} />
        <Button type="submit" loading={add.isPending} disabled={!name.trim() || password.length < PASSWORD_MIN}>{words.add}</Button>
      </form>
    </Modal>
  );
}

function EditUser({ name, onClose }: { name: string; onClose: () => void }) {
  const read = useTagged<User>('/v1/users/{name}', { path: { name } }, { pollS: false });
  const [role, setRole] = useState<Role | null>(null);
  const [disabled, setDisabled] = useState<boolean | null>(null);
  const [password, setPassword] = useState('');
  const changes = ['/v1/users', '/v1/users/{name}'];
  const change = useDeed((body: { role: Role; disabled: boolean }) => send('put', '/v1/users/{name}', { path: { name }, body, ifMatch: read.data?.etag ?? undefined }), { done: words.changed(name), changes, onDone: onClose });
  const reset = useDeed((fresh: string, key) => send('post', '/v1/users/{name}/password', { path: { name }, body: { new: fresh }, key }), { done: words.passwordSet, changes, onDone: () => setPassword('') });
  useEffect(() => {
    if (change.error?.status === 412) {
      announce(words.clash, 'attention');
      void read.refetch();
    }
  }, [change.error]);
  return (
    <Modal opened onClose={onClose} title={words.changeTitle(name)}>
      <Answered read={read} what={words.what} rows={3}>
        {({ data }) => (
          <div className="stack">
            <form className="stack" onSubmit={(event) => { event.preventDefault(); change.mutate({ role: role ?? data.role, disabled: disabled ?? data.disabled }); }}>
              <Select label={words.role} data={roles} value={role ?? data.role} onChange={(value) => value && setRole(value as Role)} allowDeselect={false} />
              <Switch label={words.disabled} checked={disabled ?? data.disabled} onChange={(event) => setDisabled(event.currentTarget.checked)} />
              <Button type="submit" loading={change.isPending}>{words.save}</Button>
            </form>
            <form className="stack" onSubmit={(event) => { event.preventDefault(); reset.mutate(password); }}>
              <PasswordInput label={words.setPassword} description={words.rule} minLength={PASSWORD_MIN} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" />
              <Button type="submit" variant="default" loading={reset.isPending} disabled={password.length < PASSWORD_MIN}>{words.setPassword}</Button>
            </form>
          </div>
        )}
      </Answered>
    </Modal>
  );
}
