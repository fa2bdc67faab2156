// A hub with its own folder and ports, and agents of it, for tests in a browser. Everything that is started here ends with stop().
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const bin = process.env.TILLSYNC_BIN_DIR ?? new URL('../../build/bin', import.meta.url).pathname;
export const NAME = 'admin';
export const PASSWORD = 'correct horse battery staple';
const START_MS = 60_000;

async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until `condition` gives something true; fails with `what` when it does not within the time. */
export async function until(what, condition, ms = START_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await Promise.resolve().then(condition).catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export class Chain {
  folder = mkdtempSync(join(tmpdir(), 'tillsync-console-'));
  children = new Map();
  nextKey = 1;

  /** `erp`: with a reference ERP that the hub posts to. */
  static async start({ erp = false } = {}) {
    const chain = new Chain();
    const password = join(chain.folder, 'password');
    writeFileSync(password, PASSWORD);
    const init = spawnSync(join(bin, 'tillsync-hub'), ['init', '--data', join(chain.folder, 'hub'), '--admin', NAME, '--password-file', password, '--json'], { encoding: 'utf8' });
    if (init.status !== 0) throw new Error(`tillsync-hub init: ${init.stderr}`);
    Object.assign(chain, JSON.parse(init.stdout));
    chain.http = await freePort();
    chain.sync = await freePort();
    chain.url = `http://127.0.0.1:${chain.http}`;
    if (erp) await chain.startErp();
    await chain.startHub();
    return chain;
  }

  run(name, program, args, env = {}) {
    const child = spawn(join(bin, program), args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk) => { log = (log + chunk).slice(-20_000); });
    child.ended = new Promise((resolve) => child.on('exit', resolve));
    child.log = () => log;
    this.children.set(name, child);
    return child;
  }

  async startErp() {
    const port = await freePort();
    const child = this.run('erp', 'tillsync-reference-erp', ['--listen', `127.0.0.1:${port}`, '--data', join(this.folder, 'erp')]);
    this.erp = `http://127.0.0.1:${port}`;
    await until(`the ERP: ${child.log()}`, async () => (await fetch(`${this.erp}/summary`)).ok);
  }

  /** A call at the reference ERP, whose faults and master data the tests set. */
  async erpCall(method, path, body) {
    const answer = await fetch(this.erp + path, { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} at the ERP: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async startHub() {
    const child = this.run('hub', 'tillsync-hub', ['run', '--config', this.config], {
      TILLSYNC_HUB_LISTEN_HTTP: `127.0.0.1:${this.http}`, TILLSYNC_HUB_LISTEN_SYNC: `tcp://127.0.0.1:${this.sync}`, ...(this.erp ? { TILLSYNC_HUB_ERP_URL: `${this.erp}/postings` } : {}),
    });
    await until(`the hub: ${child.log()}`, async () => (await fetch(`${this.url}/readyz`)).ok);
  }

  async end(name, signal = 'SIGTERM') {
    const child = this.children.get(name);
    if (!child) return;
    this.children.delete(name);
    child.kill(signal);
    await child.ended;
  }

  /** A call as the first administrator's token; throws on a problem. */
  async call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.admin_token}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (method === 'POST') headers['Idempotency-Key'] = `test-${this.nextKey++}`;
    const answer = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** `hub`: the address that the agent is told, when it is not the hub's own; `env`: what that machine fixes. */
  async addAgent(location, { hub, env, ...more } = {}) {
    await this.call('PUT', `/v1/locations/${location}`, { id: location, name: location, time_zone: 'Europe/London', ...more });
    const { token } = await this.call('POST', '/v1/enrolment-tokens', { location });
    await this.enrol(location, ['--hub', hub ?? `tcp://127.0.0.1:${this.sync}`, '--hub-key', this.public_key, '--token', token]);
    return this.startAgent(location, env);
  }

  /** Not waited for in one piece: a line of the test's own carries it. */
  async enrol(location, options) {
    await promisify(execFile)(join(bin, 'tillsync-agent'), ['enroll', ...options, '--data', join(this.folder, location)], { timeout: START_MS });
  }

  async startAgent(location, env = {}) {
    const data = join(this.folder, location);
    const port = await freePort();
    const child = this.run(location, 'tillsync-agent', ['run', '--config', join(data, 'agent.toml')],
                           { TILLSYNC_AGENT_POS_HTTP: `127.0.0.1:${port}`, TILLSYNC_AGENT_POS_ZMQ: `ipc://${data}/pos.sock`, TILLSYNC_AGENT_POS_SPOOL: join(data, 'spool'), ...env });
    const url = `http://127.0.0.1:${port}`;
    await until(`the agent of ${location}: ${child.log()}`, async () => (await fetch(`${url}/v1/status`)).ok);
    return url;
  }

  log(name) {
    return this.children.get(name)?.log() ?? '';
  }

  async stop() {
    for (const name of [...this.children.keys()]) await this.end(name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const readText = (path) => readFileSync(path, 'utf8');
