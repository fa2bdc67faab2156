import { describe, expect, it } from 'vitest';
import { blocks, inlines } from '../src/lib/runbook';

describe('runbook', () => {
  it('reads what runbooks use', () => {
    expect(blocks('# Title\n\nOne line\ngoes on.\n\n```\na\n\nb\n```\n1. first `x`\n2. second\n   more\n\n- a\n- b')).toEqual([
      { kind: 'heading', level: 1, inlines: [{ text: 'Title', isCode: false }] },
      { kind: 'text', inlines: [{ text: 'One line', isCode: false }, { text: ' goes on.', isCode: false }] },
      { kind: 'code', text: 'a\n\nb' },
      { kind: 'list', isOrdered: true, items: [[{ text: 'first ', isCode: false }, { text: 'x', isCode: true }], [{ text: 'second', isCode: false }, { text: ' more', isCode: false }]] },
      { kind: 'list', isOrdered: false, items: [[{ text: 'a', isCode: false }], [{ text: 'b', isCode: false }]] },
    ]);
  });
  it('keeps HTML as text and an open fence whole', () => {
    expect(inlines('<script>`a`')).toEqual([{ text: '<script>', isCode: false }, { text: 'a', isCode: true }]);
    expect(blocks('```\nabc')).toEqual([{ kind: 'code', text: 'abc' }]);
  });
  it('reads every runbook of the product', () => {
    const files = import.meta.glob<string>('../../../packaging/runbooks/*.md', { query: '?raw', import: 'default', eager: true });
    expect(Object.keys(files).length).toBeGreaterThan(50);
    for (const [file, text] of Object.entries(files)) expect(blocks(text).map((block) => block.kind), file).toContain('list');
  });
});
