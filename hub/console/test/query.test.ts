import { describe, expect, it } from 'vitest';
import { changed, parseQuery, pick, queryText, withQuery } from '../src/lib/query';

describe('query', () => {
  it('gives one state one URL', () => {
    expect(queryText({ status: 'open', code: 'unknown_item', q: '', after: null })).toBe('code=unknown_item&status=open');
    expect(withQuery('/fleet', {})).toBe('/fleet');
    expect(withQuery('/fleet', { q: 'a b&c' })).toBe('/fleet?q=a+b%26c');
    expect(parseQuery('?q=a+b%26c')).toEqual({ q: 'a b&c' });
  });
  it('begins at page one when a filter changes, and not when the zone does', () => {
    expect(changed({ status: 'open', after: '50' }, { status: 'assigned' })).toEqual({ status: 'assigned' });
    expect(changed({ status: 'open', after: '50' }, { tz: 'utc' })).toEqual({ status: 'open', after: '50', tz: 'utc' });
    expect(changed({ status: 'open' }, { after: '100' })).toEqual({ status: 'open', after: '100' });
  });
  it('picks what is there', () => {
    expect(pick({ a: '1', b: '' }, ['a', 'b', 'c'])).toEqual({ a: '1' });
  });
});
