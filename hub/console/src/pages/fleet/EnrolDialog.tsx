// A new agent: a token, shown once, as a command for the store's PC and as a QR code.
import { Button, Modal, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { EnrolmentToken } from '../../api/types';
import { t } from '../../strings/en';
import { CopyText } from '../../ui/CopyText';
import { Time } from '../../ui/Time';

const HOURS = 24;

export function EnrolDialog({ opened, onClose, location: given = '' }: { opened: boolean; onClose: () => void; location?: string }) {
  const [location, setLocation] = useState(given);
  const [hours, setHours] = useState<number>(HOURS);
  const make = useDeed((body: { location: string; valid_s: number }, key) => send<EnrolmentToken>('post', '/v1/enrolment-tokens', { body, key }), { changes: ['/v1/enrolment-tokens'] });
  const close = (): void => {
    make.reset();  // the token is shown once
    setLocation(given);
    onClose();
  };
  const made = make.data;
  return (
    <Modal opened={opened} onClose={close} title={t.enrol.title} size="lg">
      {!made ? (
        <form className="stack" onSubmit={(event) => { event.preventDefault(); make.mutate({ location: location.trim(), valid_s: Math.round(hours * 3600) }); }}>
          <TextInput label={t.enrol.location} description={t.enrol.locationHint} value={location} onChange={(event) => setLocation(event.currentTarget.value)} required data-autofocus spellCheck={false} />
          <NumberInput label={t.enrol.hours} value={hours} min={1} max={720} onChange={(value) => setHours(Number(value) || HOURS)} />
          <Button type="submit" loading={make.isPending} disabled={!location.trim()}>{t.enrol.make}</Button>
        </form>
      ) : (
        <div className="stack">
          {made.token
            ? <div className="notice good">{t.enrol.shownOnce} {t.enrol.valid} <Time at={made.expires_at} location={made.location} /></div>
            : <div className="notice attention">{t.enrol.lost}</div>}
          {made.command && <CopyText label={t.enrol.command} text={made.command} />}
          {made.token && <CopyText label={t.enrol.token} text={made.token} />}
          {made.qr_svg && <img className="qr" alt={t.enrol.qr} width={240} height={240} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(made.qr_svg)}`} />}
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={() => make.reset()}>{t.enrol.another}</Button>
            <Button onClick={close}>{t.enrol.done}</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
