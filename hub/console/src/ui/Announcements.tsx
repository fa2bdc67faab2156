import { CloseButton } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { t } from '../strings/en';
import { announcements, dismiss } from './announce';
import { RoleIcon } from './Status';

export function Announcements() {
  const all = useSyncExternalStore(announcements.watch, announcements.now);
  return (
    <section className="announcements" aria-label={t.announce.label} aria-live="polite" role="status">
      {all.map(({ id, text, role }) => (
        <div key={id} className={`announcement role-${role}`}>
          <RoleIcon role={role} />
          <span>{text}</span>
          <CloseButton aria-label={t.announce.dismiss} onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
