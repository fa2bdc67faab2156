import { Button, Modal, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { Page, Role, Token } from '../../api/types';
import { useNow } from '../../lib/useNow';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { CopyText } from '../../ui/CopyText';
import { Answered, Empty } from '../../ui/states';
import { Mark } from '../../ui/Status';
import { Time } from '../../ui/Time';

const words = t.settings.tokens;
const roles = (['viewer', 'operator', 'finance', 'administrator'] as const).map((value) => ({ value, label: t.role[value] }));
const DAY_S = 86_400;

export default function Tokens() {
  const read = usePending<Page<Token>>('/v1/tokens');
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Token | null>(null);
  const now = useNow();
  const revoke = useDeed((id: string, key) => send('post', '/v1/tokens/{id}/revoke', { path: { id }, body: {}, key }), { done: words.revokedDone, changes: ['/v1/tokens'], onDone: () => setAsked(null) });
  return (
    <>
      <div className="row"><Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>{words.add}</Button></div>
      <Answered read={read} what={words.what}>
        {({ items }) => items.length === 0 ? <Empty>{words.empty}</Empty> : (
          <div className="table-frame" tabIndex={0} role="region" aria-label={words.what}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{words.name}</th><th scope="col">{words.role}</th><th scope="col">{words.scopes}</th><th scope="col">{words.state}</th><th scope="col">{words.expires}</th><th scope="col">{words.used}</th>
                  <th scope="col">{words.created}</th><th scope="col">{words.by}</th><th scope="col"><span className="hidden">{words.revoke}</span></th>
                </tr>
              </thead>
              <tbody>
                {items.map((token) => {
                  const isExpired = token.expires_at !== null && Date.parse(token.expires_at) <= now;
                  const isActive = !token.revoked_at && !isExpired;
                  return (
                    <tr key={token.token_id}>
                      <td><strong>{token.name}</strong></td><td>{t.role[token.role]}</td><td>{token.scopes?.length ? token.scopes.join(', ') : words.allScopes}</td>
                      <td>{token.revoked_at ? <Mark role="idle">{words.revoked}</Mark> : isExpired ? <Mark role="idle">{words.expired}</Mark> : <Mark role="good">{words.active}</Mark>}</td>
                      <td>{token.expires_at ? <Time at={token.expires_at} short /> : words.never}</td><td><Time at={token.last_used_at} short /></td><td><Time at={token.created_at} short /></td><td>{token.created_by}</td>
                      <td className="number">{isActive && <Button size="compact-xs" variant="default" onClick={() => setAsked(token)} aria-label={words.revokeTitle(token.name)}>{words.revoke}</Button>}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      <AddToken opened={adding} onClose={() => setAdding(false)} />
      <ConfirmDeed opened={asked !== null} onClose={() => setAsked(null)} title={words.revokeTitle(asked?.name ?? '')} deed={words.revoke} danger type={asked?.name} busy={revoke.isPending} onDeed={() => asked && revoke.mutate(asked.token_id)}>{words.revokeText}</ConfirmDeed>
    </>
  );
}

function AddToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState<number | ''>(90);
  const [scopes, setScopes] = useState<string[]>([]);
  const add = useDeed((body: object, key) => send<Token>('post', '/v1/tokens', { body, key }), { done: words.made, changes: ['/v1/tokens'] });
  const close = (): void => {
    add.reset();  // the secret is shown once
    setName('');
    setScopes([]);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={words.add}>
      {add.data?.token ? (
        <div className="stack">
          <div className="notice attention">{words.once}</div>
          <CopyText label={add.data.name} text={add.data.token} />
          <Button onClick={close}>{t.enrol.done}</Button>
        </div>
      ) : (
        <form className="stack" onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ name: name.trim(), role, expires_in_s: days === '' ? null : days * DAY_S, ...(scopes.length ? { scopes } : {}) });
        }}>
          <TextInput label={words.name} required value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" data-autofocus />
          <Select label={words.role} data={roles} value={role} onChange={(value) => value && setRole(value as Role)} allowDeselect={false} />
          <NumberInput label={words.days} description={words.forEver} min={1} max={3650} value={days} onChange={(value) => setDays(value === '' ? '' : Number(value))} />
          <TagsInput label={words.scopes} description={words.scopesHint} value={scopes} onChange={setScopes} />
          <Button type="submit" loading={add.isPending} disabled={!name.trim()}>{words.add}</Button>
        </form>
      )}
    </Modal>
  );
}
