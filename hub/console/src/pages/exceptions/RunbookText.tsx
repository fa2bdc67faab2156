// The runbook of a code, read when it is opened.
import { useQuery } from '@tanstack/react-query';
import { createElement, useState } from 'react';
import { readText } from '../../api/client';
import type { HubError } from '../../api/problem';
import { blocks, type Inline } from '../../lib/runbook';
import { t } from '../../strings/en';
import { Answered } from '../../ui/states';

function Inlines({ of }: { of: readonly Inline[] }) {
  return <>{of.map((part, i) => (part.isCode ? <code key={i}>{part.text}</code> : <span key={i}>{part.text}</span>))}</>;
}

/** text: Markdown. Its headings go below those of the page around. */
export function RunbookBody({ text, level = 4 }: { text: string; level?: number }) {
  return (
    <div className="runbook">
      {blocks(text).map((block, i) => {
        if (block.kind === 'heading') return createElement(`h${Math.min(6, level + Math.max(0, block.level - 2))}`, { key: i, style: { margin: '8px 0 0' } }, <Inlines of={block.inlines} />);
        if (block.kind === 'code') return <pre key={i} tabIndex={0}>{block.text}</pre>;
        if (block.kind === 'list') return createElement(block.isOrdered ? 'ol' : 'ul', { key: i }, block.items.map((item, n) => <li key={n}><Inlines of={item} /></li>));
        return <p key={i}><Inlines of={block.inlines} /></p>;
      })}
    </div>
  );
}

export function RunbookText({ code }: { code: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="opens" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.exceptions.runbook}</summary>
      {isOpen && <Runbook code={code} />}
    </details>
  );
}

function Runbook({ code }: { code: string }) {
  const key = ['/v1/runbooks/{code}', code];
  const read = useQuery<string, HubError>({ queryKey: key, queryFn: ({ signal }) => readText('/v1/runbooks/{code}', { path: { code } }, signal), staleTime: Number.POSITIVE_INFINITY });
  return <Answered read={{ ...read, key, asOfMs: null }} what={t.exceptions.runbook} rows={4}>{(text) => <RunbookBody text={text} />}</Answered>;
}
