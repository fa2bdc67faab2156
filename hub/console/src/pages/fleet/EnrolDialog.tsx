// New agents: a token, shown once. For one store as a command for its PC and as a QR code, for many stores as the answer file of a disk image.
import { Button, Checkbox, Modal, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { EnrolmentToken } from '../../api/types';
import { t } from '../../strings/en';
import { CopyText } from '../../ui/CopyText';
import { Time } from '../../ui/Time';

const HOURS = 24;
const USES_MAX = 100_000;

interface Wish { location?: string; reach?: 'known' | 'any'; group?: string; uses: number; valid_s: number }

export function EnrolDialog({ opened, onClose, location: given = '' }: { opened: boolean; onClose: () => void; location?: string }) {
  const [isForMany, setForMany] = useState(false);
  const [location, setLocation] = useState(given);
  const [group, setGroup] = useState('');
  const [makes, setMakes] = useState(false);
  const [uses, setUses] = useState<number>(1);
  const [hours, setHours] = useState<number>(HOURS);
  const make = useDeed((body: Wish, key) => send<EnrolmentToken>('post', '/v1/enrolment-tokens', { body, key }), { changes: ['/v1/enrolment-tokens'] });
  const close = (): void => {
    make.reset();  // the token is shown once
    setLocation(given);
    onClose();
  };
  const wish = (): Wish => ({
    uses, valid_s: Math.round(hours * 3600),
    ...(isForMany ? { reach: makes ? 'any' as const : 'known' as const, ...(group.trim() ? { group: group.trim() } : {}) } : { location: location.trim() }),
  });
  const made = make.data;
  return (
    <Modal opened={opened} onClose={close} title={t.enrol.title} size="lg">
      {!made ? (
        <form className="stack" onSubmit={(event) => { event.preventDefault(); make.mutate(wish()); }}>
          <SegmentedControl aria-label={t.enrol.forWhom} value={isForMany ? 'many' : 'one'} onChange={(value) => setForMany(value === 'many')} data={[{ value: 'one', label: t.enrol.forOne }, { value: 'many', label: t.enrol.forMany }]} />
          {isForMany ? (
            <>
              <p className="soft">{t.enrol.manyHint}</p>
              <TextInput label={t.enrol.group} description={t.enrol.groupHint} value={group} onChange={(event) => setGroup(event.currentTarget.value)} spellCheck={false} />
              <Checkbox label={t.enrol.makes} checked={makes} onChange={(event) => setMakes(event.currentTarget.checked)} />
            </>
          ) : <TextInput label={t.enrol.location} description={t.enrol.locationHint} value={location} onChange={(event) => setLocation(event.currentTarget.value)} required data-autofocus spellCheck={false} />}
          <NumberInput label={t.enrol.uses} value={uses} min={1} max={USES_MAX} onChange={(value) => setUses(Number(value) || 1)} />
          <NumberInput label={t.enrol.hours} value={hours} min={1} max={8760} onChange={(value) => setHours(Number(value) || HOURS)} />
          <Button type="submit" loading={make.isPending} disabled={!isForMany && !location.trim()}>{t.enrol.make}</Button>
        </form>
      ) : (
        <div className="stack">
          {made.token
            ? <div className="notice good">{t.enrol.shownOnce} {t.enrol.valid} <Time at={made.expires_at} location={made.location ?? undefined} /></div>
            : <div className="notice attention">{t.enrol.lost}</div>}
          {made.answer_file
            ? <CopyText label={t.enrol.answerFile} text={made.answer_file} />
            : <>
                {made.command && <CopyText label={t.enrol.command} text={made.command} />}
                {made.token && <CopyText label={t.enrol.token} text={made.token} />}
                {made.qr_svg && <img className="qr" alt={t.enrol.qr} width={240} height={240} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(made.qr_svg)}`} />}
              </>}
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={() => make.reset()}>{t.enrol.another}</Button>
            <Button onClick={close}>{t.enrol.done}</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
