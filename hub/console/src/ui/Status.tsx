// A state as icon and word in its role's colour: <Status kind="agent" value="dark" />.
import {
  IconAlertTriangle, IconArrowDown, IconCheck, IconClock, IconCopy, IconLoader, IconLock, IconMinus, IconPlayerPause, IconPlugOff, IconRosetteDiscountCheck,
  IconRotate, IconX, IconZoomQuestion, type Icon,
} from '@tabler/icons-react';
import { wordOf, type IconName, type RoleName, type WordKind } from '../lib/words';

const icons: Record<IconName, Icon> = {
  check: IconCheck, alert: IconAlertTriangle, x: IconX, minus: IconMinus, loader: IconLoader, clock: IconClock, 'arrow-down': IconArrowDown,
  'plug-off': IconPlugOff, copy: IconCopy, lock: IconLock, rotate: IconRotate, 'zoom-question': IconZoomQuestion, pause: IconPlayerPause,
  rosette: IconRosetteDiscountCheck,
};
const roleIcons: Record<RoleName, IconName> = { good: 'check', attention: 'alert', failed: 'x', idle: 'minus', progress: 'loader' };

export function RoleIcon({ role, icon }: { role: RoleName; icon?: IconName }) {
  const Shown = icons[icon ?? roleIcons[role]];
  return <Shown size={16} stroke={2} aria-hidden />;
}

export function Status({ kind, value, word }: { kind: WordKind; value: string; word?: string }) {
  const known = wordOf(kind, value);
  return (
    <span className={`status role-${known.role}`}>
      <RoleIcon role={known.role} icon={known.icon} />
      <span>{word ?? known.word}</span>
    </span>
  );
}

/** A mark that is no state of its own: <Mark role="failed">overdue</Mark>. */
export function Mark({ role, icon, children }: { role: RoleName; icon?: IconName; children: React.ReactNode }) {
  return (
    <span className={`status role-${role}`}>
      <RoleIcon role={role} icon={icon} />
      <span>{children}</span>
    </span>
  );
}
