import { Button, Menu, SegmentedControl, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconUser } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { shortText } from '../lib/time';
import { useNow } from '../lib/useNow';
import { useTz, useUrl } from '../lib/useUrl';
import { useZone } from '../lib/zones';
import { useLinkState } from '../live/link';
import { t } from '../strings/en';
import { Mark } from '../ui/Status';
import { PasswordDialog } from './PasswordDialog';
import { SearchBox } from './SearchBox';
import { useSession } from './session';

const ROWS = 'tillsync.rows';

function LiveMark() {
  const { live, sinceMs } = useLinkState();
  const now = useNow();
  const zone = useZone();
  // The stream's age is told by this browser's own clock, which its events were noted with.
  if (live && sinceMs !== null) return <Mark role="good">{t.live.live(Math.max(0, Math.floor((Date.now() - sinceMs) / 1000)))}</Mark>;
  return (
    <Tooltip label={t.live.explain}>
      <span tabIndex={0}><Mark role="attention">{sinceMs === null ? t.live.connecting : t.live.notSince(shortText(sinceMs, zone, now))}</Mark></span>
    </Tooltip>
  );
}

export function Bar({ onKeys }: { onKeys: () => void }) {
  const { session, logOut } = useSession();
  const url = useUrl();
  const tz = useTz();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [password, setPassword] = useState(false);
  const [roomy, setRoomy] = useState(() => localStorage.getItem(ROWS) === 'roomy');
  useEffect(() => {
    document.documentElement.dataset.rows = roomy ? 'roomy' : 'compact';
    localStorage.setItem(ROWS, roomy ? 'roomy' : 'compact');
  }, [roomy]);
  return (
    <section className="bar" aria-label={t.bar.label}>
      <SearchBox />
      <div className="bar-end">
        <LiveMark />
        <SegmentedControl size="xs" aria-label={t.bar.timeZone} value={tz} onChange={(value) => url.set({ tz: value === 'utc' ? 'utc' : null }, { replace: true })}
                          data={[{ value: 'store', label: t.bar.storeTime }, { value: 'utc', label: t.bar.utc }]} />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle" size="compact-sm" aria-label={t.bar.account(session.name)} leftSection={<IconUser size={16} aria-hidden />} rightSection={<IconChevronDown size={14} aria-hidden />}>{session.name}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t.role[session.role]}{session.hub ? ` · ${session.hub.name} ${session.hub.version}` : ''}</Menu.Label>
            <Menu.Label>{t.bar.theme}</Menu.Label>
            {(['light', 'dark', 'auto'] as const).map((scheme) => (
              <Menu.Item key={scheme} role="menuitemradio" aria-checked={colorScheme === scheme} onClick={() => setColorScheme(scheme)}>
                {colorScheme === scheme ? '✓ ' : ''}{scheme === 'auto' ? t.bar.system : t.bar[scheme]}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item onClick={() => setRoomy(!roomy)}>{roomy ? t.bar.compact : t.bar.roomy}</Menu.Item>
            <Menu.Item onClick={onKeys}>{t.bar.keys}</Menu.Item>
            <Menu.Divider />
            {session.kind === 'session' && <Menu.Item onClick={() => setPassword(true)}>{t.bar.password}</Menu.Item>}
            {session.kind === 'session' && <Menu.Item onClick={() => void logOut()}>{t.bar.logOut}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </div>
      <PasswordDialog opened={password} onClose={() => setPassword(false)} />
    </section>
  );
}
