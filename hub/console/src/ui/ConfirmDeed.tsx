// Asks before a deed that cannot be taken back: the button names the deed, and for the gravest ones a word is typed.
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { t } from '../strings/en';

interface ConfirmDeedProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  /** "Retry 412 postings": never "OK". */
  deed: string;
  danger?: boolean;
  /** What has to be typed: the location, or the count. */
  type?: string;
  reason?: 'required' | 'optional';
  busy?: boolean;
  disabled?: boolean;
  onDeed: (reason: string) => void;
}

const REASON_MAX = 1000;

export function ConfirmDeed({ opened, onClose, title, children, deed, danger, type, reason, busy, disabled, onDeed }: ConfirmDeedProps) {
  const [typed, setTyped] = useState('');
  const [why, setWhy] = useState('');
  useEffect(() => {
    if (opened) {
      setTyped('');
      setWhy('');
    }
  }, [opened]);
  const ready = !disabled && (!type || typed.trim() === type) && (reason !== 'required' || why.trim() !== '');
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); if (ready) onDeed(why.trim()); }}>
        {children}
        {type && <TextInput label={t.deed.type(type)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" spellCheck={false} data-autofocus />}
        {reason && (
          <Textarea label={reason === 'required' ? t.deed.reason : t.deed.reasonOptional} required={reason === 'required'} value={why} maxLength={REASON_MAX} autosize minRows={2}
                    onChange={(event) => setWhy(event.currentTarget.value)} data-autofocus={!type || undefined} />
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>{t.deed.cancel}</Button>
          <Button type="submit" color={danger ? 'fail' : undefined} disabled={!ready} loading={busy}>{deed}</Button>
        </div>
      </form>
    </Modal>
  );
}
