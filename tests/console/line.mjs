// A store's line to the hub: a TCP relay that can be cut, and that can be so slow that a backlog is seen to drain.
import { connect, createServer } from 'node:net';

const TICK_MS = 50;

export class Line {
  #server;
  #pairs = new Set();
  #isCut = false;
  #bytesPerSecond = Infinity;

  static async start(port) {
    const line = new Line();
    line.#server = createServer((near) => line.#join(near, port));
    await new Promise((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    line.address = `tcp://127.0.0.1:${line.#server.address().port}`;
    return line;
  }

  /** Whoever calls is hung up on. */
  cut() {
    this.#isCut = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  mend({ bytesPerSecond = Infinity } = {}) {
    this.#isCut = false;
    this.#bytesPerSecond = bytesPerSecond;
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  #join(near, port) {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('close', end).on('error', end);
    this.#carry(near, far);
    far.pipe(near);
  }

  /** From the store to the hub, no faster than the line is now. */
  #carry(from, to) {
    from.on('data', (chunk) => {
      if (this.#bytesPerSecond === Infinity) {
        to.write(chunk);
        return;
      }
      from.pause();
      let sent = 0;
      const timer = setInterval(() => {
        const end = Math.min(chunk.length, sent + Math.ceil((this.#bytesPerSecond * TICK_MS) / 1000));
        if (!to.destroyed) to.write(chunk.subarray(sent, end));
        sent = end;
        if (sent < chunk.length && !to.destroyed) return;
        clearInterval(timer);
        from.resume();
      }, TICK_MS);
    });
  }
}
