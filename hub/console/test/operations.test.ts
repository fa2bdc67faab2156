import { describe, expect, it } from 'vitest';
import { nounOf, selectionText } from '../src/pages/operations/words';

describe('the words of a bulk', () => {
  it('name what is done to postings and what to exceptions', () => {
    expect(nounOf('retry', { code: 'gap' })).toBe('postings');
    expect(nounOf('dismiss', { code: 'gap' })).toBe('exceptions');
    expect(nounOf('retry', { ids: ['x_1'] })).toBe('exceptions');
    expect(nounOf('skip', { ids: ['p_1'] })).toBe('postings');
    expect(nounOf('replay', undefined)).toBe('postings');
  });
  it('say what was selected', () => {
    expect(selectionText({ code: 'gap', location: 'GB' })).toBe('kind gap, location GB');
    expect(selectionText({ ids: ['a', 'b'] })).toBe('2 ticked rows');
    expect(selectionText({})).toBe('–');
  });
});
