import { describe, expect, it } from 'vitest';
import { noAnswer, problemOf } from '../src/api/problem';
import { parseData, POLL_S, reopenAfterS } from '../src/live/protocol';

describe('problem', () => {
  it('reads the hub\'s own words', () => {
    const error = problemOf(429, JSON.stringify({ type: 'urn:tillsync:problem:locked_out', title: 'Locked', detail: 'wait' }), 'c_1', '30');
    expect([error.code, error.title, error.detail, error.retryAfterS, error.correlationId]).toEqual(['locked_out', 'Locked', 'wait', 30, 'c_1']);
  });
  it('lives with what a proxy says', () => {
    for (const text of ['<html>', '', '[]', 'null', '7']) expect(problemOf(502, text, null, 'soon')).toMatchObject({ code: 'http_502', title: 'HTTP 502', retryAfterS: null });
    expect(noAnswer().status).toBe(0);
  });
});

describe('stream', () => {
  it('is opened again soon, then as often as pages poll', () => {
    expect([0, 1, 2, 3, 4, 1000].map(reopenAfterS)).toEqual([1, 2, 4, 8, POLL_S, POLL_S]);
  });
  it('drops what is no JSON', () => {
    expect(parseData('{"a":1}')).toEqual({ a: 1 });
    expect(parseData('{')).toBeUndefined();
  });
});
