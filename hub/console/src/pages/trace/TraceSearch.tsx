import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';

const TEXT_MAX = 200;

export function TraceSearch() {
  const url = useUrl();
  const asked = url.query.q ?? '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  return (
    <form className="row" role="search" aria-label={t.trace.find} style={{ alignItems: 'flex-end' }} onSubmit={(event) => {
      event.preventDefault();
      if (text.trim()) url.go('/trace', { q: text.trim() });
    }}>
      <TextInput label={t.trace.number} description={t.trace.numberHint} w={440} maxLength={TEXT_MAX} value={text} onChange={(event) => setText(event.currentTarget.value)} spellCheck={false} autoComplete="off" />
      <Button type="submit" disabled={!text.trim()}>{t.trace.find}</Button>
    </form>
  );
}
