// The hub's clock as this page knows it. Ages are told against it, so that a PC with a wrong clock does not call fresh figures old.
const JUMP_MS = 2_000;  // a Date header has whole seconds: smaller differences are its rounding

export class HubClock {
  private offsetMs = 0;
  /** atMs: the instant that an answer carries. */
  saw(atMs: number, hereMs: number = Date.now()): void {
    if (Number.isNaN(atMs)) return;
    const offset = atMs - hereMs;
    if (Math.abs(offset - this.offsetMs) > JUMP_MS) this.offsetMs = offset;
  }
  now(hereMs: number = Date.now()): number {
    return hereMs + this.offsetMs;
  }
}

export const hubClock = new HubClock();
