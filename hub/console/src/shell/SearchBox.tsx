// Search over everything. `/` goes there; Enter shows the page of hits.
import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../lib/keys';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';

export function SearchBox() {
  const url = useUrl();
  const field = useRef<HTMLInputElement>(null);
  const inUrl = url.path === '/search' ? (url.query.q ?? '') : '';
  const [text, setText] = useState(inUrl);
  useEffect(() => setText(inUrl), [inUrl]);
  useKeys({
    '/': (event) => {
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    },
  });
  return (
    <form className="bar-search" role="search" aria-label={t.bar.search} onSubmit={(event) => {
      event.preventDefault();
      if (text.trim()) url.go('/search', { q: text.trim() });
    }}>
      <TextInput ref={field} size="sm" type="search" aria-label={t.bar.search} placeholder={t.bar.searchHint} title={t.bar.searchHint} leftSection={<IconSearch size={16} aria-hidden />}
                 rightSection={<kbd className="small soft" aria-hidden>/</kbd>} value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </form>
  );
}
