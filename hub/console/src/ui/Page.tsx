// A page: heading, what can be done, content; a drawer beside it where details are open.
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { t } from '../strings/en';

let wasShown = false;

export function Page({ title, actions, drawer, children, heading }: { title: string; heading?: ReactNode; actions?: ReactNode; drawer?: ReactNode; children: ReactNode }) {
  const top = useRef<HTMLHeadingElement>(null);
  // Who goes to another page by keyboard or hears it begins at its heading; the first page leaves the focus where the browser has it.
  useEffect(() => {
    if (wasShown) top.current?.focus({ preventScroll: true });
    wasShown = true;
  }, []);
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title]);
  return (
    <>
      <div className="page" id="page">
        <div className="page-head">
          <h1 className="grow" tabIndex={-1} ref={top}>{heading ?? title}</h1>
          {actions}
        </div>
        {children}
      </div>
      {drawer}
    </>
  );
}
