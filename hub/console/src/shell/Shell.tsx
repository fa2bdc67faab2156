// The frame around every page: navigation, bar with search, live mark, time zone and the person's menu.
import { useState, type ReactNode } from 'react';
import { Announcements } from '../ui/Announcements';
import { useKeys } from '../lib/keys';
import { t } from '../strings/en';
import { Bar } from './Bar';
import { KeyHelp } from './KeyHelp';
import { Nav } from './Nav';

export function Shell({ children }: { children: ReactNode }) {
  const [keysShown, setKeysShown] = useState(false);
  useKeys({ '?': () => setKeysShown(true) });
  return (
    <div className="shell">
      <a className="skip" href="#page" onClick={(event) => {
        event.preventDefault();
        document.querySelector<HTMLElement>('#page h1')?.focus();
      }}>{t.nav.skip}</a>
      <Nav />
      <Bar onKeys={() => setKeysShown(true)} />
      <main className="main">{children}</main>
      <KeyHelp opened={keysShown} onClose={() => setKeysShown(false)} />
      <Announcements />
    </div>
  );
}
