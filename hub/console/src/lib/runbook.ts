// A runbook's text (the part of Markdown that runbooks use) as blocks. No HTML comes of it, so nothing in a runbook can run. Pure.
export interface Inline { text: string; isCode: boolean }
export type Block =
  | { kind: 'heading'; level: number; inlines: Inline[] }
  | { kind: 'text'; inlines: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; isOrdered: boolean; items: Inline[][] };

export function inlines(text: string): Inline[] {
  return text.split(/(`[^`]+`)/).filter((part) => part !== '').map((part) => {
    const isCode = part.length > 2 && part.startsWith('`') && part.endsWith('`');
    return { text: isCode ? part.slice(1, -1) : part, isCode };
  });
}

const ITEM = /^\s*(?:(\d+)[.)]|[-*])\s+(.*)$/;

export function blocks(text: string): Block[] {
  const found: Block[] = [];
  let open: 'text' | 'list' | null = null;  // a line that follows directly goes on with it
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const last = found.at(-1);
    const heading = /^(#+)\s+(.*)$/.exec(line);
    const item = ITEM.exec(line);
    if (line.startsWith('```')) {
      const code: string[] = [];
      for (i++; i < lines.length && !lines[i]?.startsWith('```'); i++) code.push(lines[i] ?? '');
      found.push({ kind: 'code', text: code.join('\n') });
      open = null;
    } else if (line.trim() === '') {
      open = null;
    } else if (heading) {
      found.push({ kind: 'heading', level: heading[1]?.length ?? 1, inlines: inlines(heading[2] ?? '') });
      open = null;
    } else if (item) {
      const isOrdered = item[1] !== undefined;
      const content = inlines(item[2] ?? '');
      if (open === 'list' && last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(content);
      else found.push({ kind: 'list', isOrdered, items: [content] });
      open = 'list';
    } else if (open === 'text' && last?.kind === 'text') {
      last.inlines.push(...inlines(` ${line.trim()}`));
    } else if (open === 'list' && last?.kind === 'list') {
      last.items.at(-1)?.push(...inlines(` ${line.trim()}`));
    } else {
      found.push({ kind: 'text', inlines: inlines(line.trim()) });
      open = 'text';
    }
  }
  return found;
}
