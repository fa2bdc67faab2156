#!/usr/bin/python3
"""See tests/bench/console."""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import console_database
from console_database import Api

VIEWERS, LIVE_SECONDS, TRICKLE_PER_S = 20, 30, 10
PAGE_GOAL_MS, LIVE_GOAL_PERCENT = 200, 5

# Every GET route that a page of the console uses: page, path. {date} is yesterday, {today} today; {location}, {sku}, {exception}, {posting}, {agent}, {document} stand in the database.
ROUTES = [
    ('Overview', '/v1/overview'),
    ('Overview', '/v1/kpis'),
    ('Overview', '/v1/charts/arrivals'),
    ('Overview', '/v1/charts/backlog'),
    ('Overview', '/v1/charts/delay'),
    ('Overview', '/v1/charts/postings'),
    ('Overview', '/v1/charts/exceptions'),
    ('Overview', '/v1/charts/balance'),
    ('Search', '/v1/search?q={location}'),
    ('Search', '/v1/search?q={document}'),
    ('Search', '/v1/search?q={sku}'),
    ('Fleet', '/v1/agents'),
    ('Fleet', '/v1/agents?state=dark&sort=-oldest'),
    ('Fleet', '/v1/agents?q={location}'),
    ('Fleet', '/v1/agents/summary'),
    ('Agent', '/v1/agents/{agent}'),
    ('Agent', '/v1/agents/{agent}/samples?hours=24'),
    ('Agent', '/v1/agents/{agent}/commands'),
    ('Roll-out', '/v1/rollouts'),
    ('Roll-out', '/v1/config-revisions'),
    ('Roll-out', '/v1/config-schema'),
    ('Exceptions', '/v1/exceptions/causes'),
    ('Exceptions', '/v1/exceptions/causes?overdue=true'),
    ('Exceptions', '/v1/exceptions'),
    ('Exceptions', '/v1/exceptions?status=open&sort=due_at'),
    ('Exceptions', '/v1/exceptions?status=open&sort=due_at&overdue=true'),
    ('Exceptions', '/v1/exceptions?status=open&location={location}&sort=due_at'),
    ('Exceptions', '/v1/exceptions?status=open&code=posting.unknown_item&cause=sku:5'),
    ('Exceptions', '/v1/exceptions?status=open&assignee=ana'),
    ('Exceptions', '/v1/exceptions?q={location}'),
    ('Exceptions', '/v1/exceptions/{exception}?status=open&sort=due_at'),
    ('Trace', '/v1/traces?q={document}'),
    ('Trace', '/v1/traces/order-{document}'),
    ('Stock', '/v1/stock'),
    ('Stock', '/v1/stock?sku={sku}'),
    ('Stock', '/v1/stock?location={location}'),
    ('Stock', '/v1/stock?q=S01'),
    ('Stock', '/v1/availability?sku={sku}&location={location}'),
    ('Stock', '/v1/reservations'),
    ('Stock', '/v1/reservations?state=held'),
    ('Stock', '/v1/leases'),
    ('Stock', '/v1/safety-stock'),
    ('Postings', '/v1/postings'),
    ('Postings', '/v1/postings?status=refused'),
    ('Postings', '/v1/postings?status=queued'),
    ('Postings', '/v1/postings?status=posted&sort=created_at'),
    ('Postings', '/v1/postings?location={location}'),
    ('Postings', '/v1/postings?status=refused&location={location}'),
    ('Postings', '/v1/postings?q={document}'),
    ('Postings', '/v1/postings/{posting}'),
    ('Postings', '/v1/connectors'),
    ('Postings', '/v1/connectors/generic'),
    ('Closes', '/v1/closes/summary'),
    ('Closes', '/v1/closes?business_date={date}'),
    ('Closes', '/v1/closes?business_date={date}&state=unclosed'),
    ('Closes', '/v1/closes?business_date={date}&state=differs'),
    ('Closes', '/v1/closes?business_date={today}'),
    ('Closes', '/v1/closes/{location}/{date}'),
    ('Closes', '/v1/reconciliation?location={location}&business_date={date}'),
    ('Closes', '/v1/reconciliation/differences?location={location}&business_date={date}'),
    ('Closes', '/v1/reconciliation/stock'),
    ('Settings', '/v1/session'),
    ('Settings', '/v1/users'),
    ('Settings', '/v1/tokens'),
    ('Settings', '/v1/audit'),
    ('Settings', '/v1/alerts'),
    ('Settings', '/v1/alert-rules'),
    ('Settings', '/v1/notification-targets'),
    ('Settings', '/v1/enrolment-tokens'),
    ('Settings', '/v1/views'),
    ('Operation', '/v1/operations'),
]


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Hub:
    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.access = folder / 'access.json'
        if not self.access.exists():
            made = subprocess.run([programs / 'tillsync-hub', 'init', '--data', folder / 'hub', '--json'], check=True, capture_output=True, text=True).stdout
            self.access.write_text(made)
        made = json.loads(self.access.read_text())
        self.config, self.token, self.database = made['config'], made['admin_token'], folder / 'hub' / 'hub.db'
        self.process = None

    def start(self):
        self.port = free_port()
        environment = dict(os.environ, TILLSYNC_HUB_LISTEN_SYNC='tcp://127.0.0.1:%d' % free_port(), TILLSYNC_HUB_LISTEN_HTTP='127.0.0.1:%d' % self.port)
        self.log = open(self.folder / 'hub.log', 'ab')
        self.process = subprocess.Popen([self.programs / 'tillsync-hub', 'run', '--config', self.config], env=environment, stdout=self.log, stderr=self.log)
        for _ in range(1_200):
            try:
                status, _, _ = Api(self.port, self.token).call('GET', '/readyz')
                if status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit('console bench: the hub does not start, see %s' % (self.folder / 'hub.log'))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=120)
        self.process = None

    def cpu_seconds(self):
        fields = pathlib.Path('/proc/%d/stat' % self.process.pid).read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def make(hub, options):
    begun, now = time.time(), datetime.datetime.now(datetime.timezone.utc)
    print('making the database: %d agents and locations, %d documents' % (options.agents, options.documents), flush=True)
    hub.start()
    api = Api(hub.port, hub.token)
    console_database.put_masterdata(api, options.agents)
    sent = console_database.send_documents(api, console_database.documents(options.documents, options.agents, now.date()))
    hub.stop()
    console_database.forward(hub.database, now)
    console_database.enrol(hub.database, options.agents, now)
    (hub.folder / 'made.json').write_text(json.dumps({'agents': options.agents, 'documents': options.documents, 'today': now.date().isoformat()}))
    print('made in %d s; %d documents, %d MiB' % (time.time() - begun, sent, hub.database.stat().st_size >> 20), flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def ask_routes(api, names, rounds):
    """Worst p95 in ms, and the route that it is of."""
    worst, of = 0.0, ''
    print('\n  %-12s %-66s %9s %9s' % ('page', 'route', 'p50 ms', 'p95 ms'))
    for page, pattern in ROUTES:
        path = pattern.format(**names)
        status, text, first = api.call('GET', path)
        # A path of a later route may fall to {id} of one that is there.
        if status in (404, 405):
            print('  %-12s %-66s %19s' % (page, pattern, 'not there'))
            continue
        if status != 200:
            raise SystemExit('console bench: GET %s gave %d: %s' % (path, status, text[:300].decode(errors='replace')))
        times = []
        for _ in range(rounds):
            status, _, seconds = api.call('GET', path)
            if status != 200:
                raise SystemExit('console bench: GET %s gave %d' % (path, status))
            times.append(seconds * 1_000)
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        print('  %-12s %-66s %9.1f %9.1f%s' % (page, pattern, p50, p95, '   first %.0f' % (first * 1_000) if first > 0.2 else ''), flush=True)
        if p95 > worst:
            worst, of = p95, pattern
    return worst, of


def names_of(api, made):
    today = datetime.date.fromisoformat(made['today'])
    items = lambda path: api.must('GET', path)['items']  # noqa: E731
    return {'today': today.isoformat(), 'date': (today - datetime.timedelta(days=1)).isoformat(), 'location': console_database.location_of(made['agents'] // 2), 'sku': 'S0100',
            'exception': items('/v1/exceptions?status=open&limit=1')[0]['exception_id'], 'posting': items('/v1/postings?limit=1')[0]['posting_id'], 'agent': 'a_%05d' % (made['agents'] // 2),
            'document': str(made['documents'] // 2)}


def stream_request(hub):
    """The hub answers only to a Host that it goes by."""
    return ('GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n' % (hub.port, hub.token)).encode()


class Viewer(threading.Thread):
    """One reader of GET /v1/stream."""

    def __init__(self, hub):
        super().__init__(daemon=True)
        self.hub, self.received, self.stopping = hub, 0, False

    def run(self):
        with socket.create_connection(('127.0.0.1', self.hub.port)) as line:
            line.sendall(stream_request(self.hub))
            line.settimeout(1)
            while not self.stopping:
                try:
                    data = line.recv(65_536)
                except TimeoutError:
                    continue
                if not data:
                    return
                self.received += len(data)


def trickle(api, made, first, seconds):
    """Processor seconds of the hub are the caller's to read."""
    date = made['today']
    begun, number = time.time(), first
    while time.time() - begun < seconds:
        name = console_database.location_of(number % made['agents'])
        api.must('POST', '/v1/documents', console_database.SALE % (name, name + '-1', number, date, date + 'T12:00:00Z', number, 'S0001'))
        number += 1
        time.sleep(max(0.0, begun + (number - first) / TRICKLE_PER_S - time.time()))
    return number


def measure_live(hub, api, made):
    """Percent of a core that the viewers cost beside the same documents without them; None where there is no stream."""
    number = 10_000_000 + int(time.time()) % 10_000_000 * 100

    def share(first):
        before, begun = hub.cpu_seconds(), time.time()
        last = trickle(api, made, first, LIVE_SECONDS)
        return 100 * (hub.cpu_seconds() - before) / (time.time() - begun), last

    with socket.create_connection(('127.0.0.1', hub.port)) as probe:
        probe.sendall(stream_request(hub))
        if not probe.recv(64).startswith(b'HTTP/1.1 200'):
            return None
    without, number = share(number)
    viewers = [Viewer(hub) for _ in range(VIEWERS)]
    for viewer in viewers:
        viewer.start()
    time.sleep(2)
    with_viewers, _ = share(number)
    for viewer in viewers:
        viewer.stopping = True
    for viewer in viewers:
        viewer.join()
    print('\n  %d documents a second: %.1f %% of a core; with %d viewers %.1f %%, %d kB to each' %
          (TRICKLE_PER_S, without, VIEWERS, with_viewers, min(viewer.received for viewer in viewers) // 1_000))
    return max(0.0, with_viewers - without)


def tell_size(hub, made):
    """For the sizing table of packaging/hub-in-production.md."""
    status = pathlib.Path('/proc/%d/status' % hub.process.pid).read_text()
    resident = int(next(line for line in status.splitlines() if line.startswith('VmRSS:')).split()[1])
    size = hub.database.stat().st_size
    print('\n  the hub has %d MiB resident; its database %d MiB, %d bytes for a document' % (resident >> 10, size >> 20, size // made['documents']))


def main():
    parser = argparse.ArgumentParser(prog='tests/bench/console')
    parser.add_argument('programs')
    parser.add_argument('--documents', type=int, default=1_000_000)
    parser.add_argument('--agents', type=int, default=5_000)
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--keep')
    options = parser.parse_args()
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix='tillsync-bench-')).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    hub = Hub(pathlib.Path(options.programs).resolve(), folder)
    try:
        if not (folder / 'made.json').exists():
            make(hub, options)
        made = json.loads((folder / 'made.json').read_text())
        hub.start()
        api = Api(hub.port, hub.token)
        worst, of = ask_routes(api, names_of(api, made), options.rounds)
        live = measure_live(hub, api, made)
        tell_size(hub, made)
        print('\n  slowest: %s\n  goal for the next line: <= %d\nFIGURE page_p95 %.1f ms' % (of, PAGE_GOAL_MS, worst))
        if live is None:
            print('  GET /v1/stream is not there: no live_cpu')
        else:
            print('  goal for the next line: <= %d\nFIGURE live_cpu %.2f %%' % (LIVE_GOAL_PERCENT, live))
    finally:
        hub.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
