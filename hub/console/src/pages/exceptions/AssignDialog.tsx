import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../shell/session';
import { t } from '../../strings/en';

const TEXT_MAX = 1000;

export function AssignDialog({ opened, onClose, busy, onAssign }: { opened: boolean; onClose: () => void; busy: boolean; onAssign: (assignee: string, reason: string) => void }) {
  return <Modal opened={opened} onClose={onClose} title={t.exceptions.assignTitle} centered>{opened && <AssignForm onClose={onClose} busy={busy} onAssign={onAssign} />}</Modal>;
}

function AssignForm({ onClose, busy, onAssign }: { onClose: () => void; busy: boolean; onAssign: (assignee: string, reason: string) => void }) {
  const { session } = useSession();
  const [assignee, setAssignee] = useState(session.name);
  const [reason, setReason] = useState('');
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); if (assignee.trim()) onAssign(assignee.trim(), reason.trim()); }}>
      <TextInput label={t.exceptions.assignee} required maxLength={TEXT_MAX} value={assignee} onChange={(event) => setAssignee(event.currentTarget.value)} data-autofocus />
      <Textarea label={t.deed.reasonOptional} value={reason} maxLength={TEXT_MAX} autosize minRows={2} onChange={(event) => setReason(event.currentTarget.value)} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>{t.deed.cancel}</Button>
        <Button type="submit" loading={busy} disabled={!assignee.trim()}>{t.exceptions.assignTo(assignee.trim())}</Button>
      </div>
    </form>
  );
}
