// Details beside the list that they belong to, with a URL of their own. Not a dialog: the list stays usable.
import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useKeys } from '../lib/keys';
import { t } from '../strings/en';

interface DrawerProps {
  title: ReactNode;
  /** The list's own URL, filters kept. */
  closeHref: string;
  /** Neighbours within the list's filters. */
  previousHref?: string | null;
  nextHref?: string | null;
  /** Where it stands in that list: "2/412". */
  place?: string | null;
  children: ReactNode;
  foot?: ReactNode;
}

export function Drawer({ title, closeHref, previousHref, nextHref, place, children, foot }: DrawerProps) {
  const [path, navigate] = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => navigate(closeHref);
  useKeys({ Escape: close });
  useEffect(() => heading.current?.focus({ preventScroll: true }), [path]);
  return (
    <aside className="drawer" aria-labelledby="drawer-title">
      <div className="drawer-head">
        <h2 id="drawer-title" ref={heading} tabIndex={-1} className="grow">{title}</h2>
        {place && <span className="soft number">{place}</span>}
        {previousHref !== undefined && (
          <ActionIcon variant="subtle" aria-label={t.drawer.previous} disabled={!previousHref} onClick={() => previousHref && navigate(previousHref)}><IconChevronUp size={18} aria-hidden /></ActionIcon>
        )}
        {nextHref !== undefined && (
          <ActionIcon variant="subtle" aria-label={t.drawer.next} disabled={!nextHref} onClick={() => nextHref && navigate(nextHref)}><IconChevronDown size={18} aria-hidden /></ActionIcon>
        )}
        <ActionIcon variant="subtle" aria-label={t.drawer.close} onClick={close}><IconX size={18} aria-hidden /></ActionIcon>
      </div>
      <div className="drawer-body">{children}</div>
      {foot && <div className="drawer-foot">{foot}</div>}
    </aside>
  );
}
