"""Hubs and agents of a test, made of the built programs, in one folder and on free ports of 127.0.0.1; and the demo's Tryton."""
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
SETUP = ROOT / 'packaging/demo.d/tryton/setup'
STOP_WAIT_S = 20


class Failed(Exception):
    pass


def say(text):
    print('%7.1f s  %s' % (time.monotonic() - say.start, text), flush=True)


say.start = time.monotonic()


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_until(what, condition, patience_s=60, progress=lambda: None):
    """patience_s: without any change of `progress`."""
    moved_at, before = time.monotonic(), progress()
    while not condition():
        now, at = time.monotonic(), progress()
        if at != before:
            moved_at, before = now, at
        if now - moved_at > patience_s:
            raise Failed('waited in vain for %s (%r)' % (what, at))
        time.sleep(0.1)


def end_with_parent():
    """In the child: should the test be killed, what it has started ends as well."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    def __init__(self, command, environment, log):
        with open(log, 'ab') as output:
            self.process = subprocess.Popen([str(part) for part in command], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT, preexec_fn=end_with_parent)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


def run(command, environment=None):
    done = subprocess.run([str(part) for part in command], env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed('%s ended with %d:\n%s%s' % (command[0], done.returncode, done.stdout[-2000:], done.stderr[-2000:]))
    return done.stdout


class Hub:
    def __init__(self, work, bin_folder, name, environment):
        self.folder, self.bin, self.name = work / name, bin_folder, name
        self.folder.mkdir()
        self.http, self.sync = free_port(), free_port()
        self.environment = environment
        made = json.loads(run([self.bin / 'tillsync-hub', 'init', '--data', self.folder / 'hub', '--json']))
        self.key, self.config, self.token = made['public_key'], made['config'], made['admin_token']
        self.url = 'http://127.0.0.1:%d' % self.http
        self.program, self.agents, self.doors, self.calls = None, {}, {}, 0

    def start(self, **environment):
        self.program = Program([self.bin / 'tillsync-hub', 'run', '--config', self.config],
                               {'TILLSYNC_HUB_LISTEN_SYNC': 'tcp://127.0.0.1:%d' % self.sync, 'TILLSYNC_HUB_LISTEN_HTTP': '127.0.0.1:%d' % self.http,
                                **self.environment, **environment}, self.folder / 'hub.log')
        wait_until('the hub ' + self.name, lambda: self.program.process.poll() is None and answers(self.url + '/readyz'))

    def call(self, method, path, body=None):
        """Status and body."""
        self.calls += 1
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={
            'Authorization': 'Bearer ' + self.token, 'Content-Type': 'application/json', 'Idempotency-Key': 'test-%d' % self.calls})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def get(self, path):
        status, body = self.call('GET', path)
        if status != 200:
            raise Failed('GET %s gave %d: %s' % (path, status, body))
        return body

    def ctl(self, *arguments):
        return run([self.bin / 'tillsyncctl', *arguments], {'TILLSYNC_HUB_URL': self.url, 'TILLSYNC_TOKEN': self.token})

    def put_location(self, location):
        status, body = self.call('PUT', '/v1/locations/' + location['id'], location)
        if status not in (200, 201):
            raise Failed('the hub does not take the location: %s' % body)

    def put_products(self, products):
        file = self.folder / 'products.json'
        file.write_text(json.dumps(products))
        self.ctl('products', 'put', file)

    def start_agent(self, location):
        folder = self.folder / ('agent-' + location)
        token = json.loads(self.ctl('enrolment-token', 'create', '--location', location, '--json'))['token']
        run([self.bin / 'tillsync-agent', 'enroll', '--hub', 'tcp://127.0.0.1:%d' % self.sync, '--hub-key', self.key, '--token', token, '--data', folder])
        port = free_port()
        self.agents[location] = Program([self.bin / 'tillsync-agent', 'run', '--config', folder / 'agent.toml'],
                                        {'TILLSYNC_AGENT_POS_HTTP': '127.0.0.1:%d' % port, 'TILLSYNC_AGENT_POS_ZMQ': 'ipc://%s/pos.sock' % folder,
                                         'TILLSYNC_AGENT_POS_SPOOL': str(folder / 'spool')}, self.folder / ('agent-%s.log' % location))
        self.doors[location] = 'http://127.0.0.1:%d' % port
        wait_until('the agent of ' + location, lambda: answers(self.doors[location] + '/v1/status'))

    def sell(self, location, documents):
        """Through the POS door of the agent."""
        request = urllib.request.Request(self.doors[location] + '/v1/documents', data=json.dumps(documents).encode(), headers={'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=30) as answer:
            results = json.load(answer)['results']
        bad = [result for result in results if 'event_id' not in result]
        if bad:
            raise Failed('the agent refuses: %s' % bad[0])
        return results

    def counts(self):
        """Postings per status."""
        counts = {}
        for row in self.get('/v1/reconciliation')['items']:
            for status, count in row.get('statuses', {}).items():
                counts[status] = counts.get(status, 0) + count
        return counts

    def stop(self):
        for agent in self.agents.values():
            agent.stop()
        return self.program.stop() if self.program else 0


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


class TrytonServer:
    """The demo's company in a folder of the test."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.port = free_port()
        self.options = [*options, '--port', str(self.port)]
        # Should the test be killed, Tryton, which is a daemon, must not stay.
        self.watch = subprocess.Popen(['bash', '-c', 'trap "" INT; while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" stop --dir "$3"', 'watch',
                                       str(os.getpid()), str(SETUP), str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self, action, *options):
        return [str(SETUP), action, '--dir', str(self.folder), *options]

    def make(self):
        """Begins; the caller waits for the process."""
        return subprocess.Popen(self.command('start', *self.options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def access(self):
        return json.loads((self.folder / 'erp.json').read_text())

    def kill(self):
        run(self.command('kill'))

    def start(self):
        run(self.command('start'))

    def stop(self):
        run(self.command('stop'))
        self.watch.kill()
        self.watch.wait()
