// What went wrong at a call, in the hub's own words (RFC 9457) or in ours when it did not answer. Pure.
export class HubError extends Error {
  constructor(
    readonly status: number,  // 0: no answer came
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly correlationId: string | null = null,
    readonly retryAfterS: number | null = null,
    readonly body: unknown = null,
  ) {
    super(detail || title);
    this.name = 'HubError';
  }
}

const PREFIX = 'urn:tillsync:problem:';

export function problemOf(status: number, text: string, correlationId: string | null, retryAfter: string | null): HubError {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // A proxy in between answered with a page of its own; its status says enough.
  }
  const type = typeof body.type === 'string' ? body.type : '';
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new HubError(
    status,
    type.startsWith(PREFIX) ? type.slice(PREFIX.length) : `http_${status}`,
    typeof body.title === 'string' ? body.title : `HTTP ${status}`,
    typeof body.detail === 'string' ? body.detail : '',
    correlationId,
    Number.isFinite(seconds) ? seconds : null,
    body,
  );
}

export function noAnswer(): HubError {
  return new HubError(0, 'no_answer', 'The hub does not answer', '');
}
