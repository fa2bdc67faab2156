// A page: heading, what can be done, content; a drawer beside it where details are open.
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { t } from '../strings/en';

export function Page({ title, actions, drawer, children, heading }: { title: string; heading?: ReactNode; actions?: ReactNode; drawer?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title]);
  return (
    <>
      <div className="page" id="page">
        <div className="page-head">
          <h1 className="grow" tabIndex={-1}>{heading ?? title}</h1>
          {actions}
        </div>
        {children}
      </div>
      {drawer}
    </>
  );
}
