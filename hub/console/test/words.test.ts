import { describe, expect, it } from 'vitest';
import { isTyping } from '../src/lib/keys';
import { wordOf, words } from '../src/lib/words';

describe('words', () => {
  it('gives every state a word, a role and an icon', () => {
    for (const kind of Object.values(words)) for (const word of Object.values(kind)) expect(word.word && word.role && word.icon).toBeTruthy();
  });
  it('shows a state that it does not know as it came, and never as good', () => {
    expect(wordOf('agent', 'half_asleep')).toEqual({ word: 'half asleep', role: 'idle', icon: 'minus' });
  });
  it('tells dark, missing and conflict as failed', () => {
    for (const state of ['dark', 'missing', 'conflict']) expect(wordOf('agent', state).role).toBe('failed');
  });
});

describe('keys', () => {
  it('never act while somebody types or a dialog is open', () => {
    expect(isTyping({ tagName: 'INPUT', type: 'text' }, false)).toBe(true);
    expect(isTyping({ tagName: 'TEXTAREA' }, false)).toBe(true);
    expect(isTyping({ tagName: 'DIV', isContentEditable: true }, false)).toBe(true);
    expect(isTyping({ tagName: 'INPUT', type: 'checkbox' }, false)).toBe(false);
    expect(isTyping({ tagName: 'A' }, false)).toBe(false);
    expect(isTyping({ tagName: 'A' }, true)).toBe(true);
    expect(isTyping(null, false)).toBe(false);
  });
});
