// Text to be taken elsewhere: shown whole, selected at a click, copied where the browser lets a page do that (not over plain HTTP).
import { Button } from '@mantine/core';
import { t } from '../strings/en';
import { announce } from './announce';

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(t.enrol.copied, 'good');
  } catch {
    announce(t.enrol.copyFailed, 'attention');
  }
}

export function CopyText({ label, text }: { label: string; text: string }) {
  return (
    <div className="stack-s">
      <strong>{label}</strong>
      <div className="row" style={{ alignItems: 'flex-start', flexWrap: 'nowrap' }}>
        <code className="grow copy-text">{text}</code>
        <Button size="compact-sm" variant="default" onClick={() => void copy(text)} aria-label={`${t.enrol.copy}: ${label}`}>{t.enrol.copy}</Button>
      </div>
    </div>
  );
}
