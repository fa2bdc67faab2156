import { Button, Modal, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { send } from '../api/client';
import { useDeed } from '../api/hooks';
import { t } from '../strings/en';

export function PasswordDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const close = (): void => {
    setCurrent('');
    setFresh('');
    onClose();
  };
  const change = useDeed((body: { current: string; new: string }) => send('post', '/v1/session/password', { body }), { done: t.password.done, onDone: close });
  return (
    <Modal opened={opened} onClose={close} title={t.bar.password}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); change.mutate({ current, new: fresh }); }}>
        <PasswordInput label={t.password.current} autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.currentTarget.value)} data-autofocus />
        <PasswordInput label={t.password.fresh} description={t.password.rule} autoComplete="new-password" required minLength={12} value={fresh} onChange={(event) => setFresh(event.currentTarget.value)} />
        <Button type="submit" loading={change.isPending} disabled={!current || fresh.length < 12}>{t.bar.password}</Button>
      </form>
    </Modal>
  );
}
