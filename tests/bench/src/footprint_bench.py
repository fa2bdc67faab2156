#!/usr/bin/python3
"""See tests/bench/footprint."""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE_S = 60
SETTLE_S = 5            # after the last document: acknowledgement, checkpoint
SOLD_BEFORE_IDLE = 500  # an agent that has never worked is no measure
CPU_GOAL_PERCENT, RSS_GOAL_MIB, START_GOAL_MS, WAKEUPS_GOAL = 0.1, 12, 300, 2
MIB = 1024 * 1024


def run(arguments, **more):
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, **more)
    if done.returncode != 0:
        raise SystemExit('footprint bench: %s ended with %d:\n%s' % (' '.join(str(a) for a in arguments), done.returncode, done.stdout[-3000:]))
    return done.stdout


def row(what, result):
    print('  %-64s %s' % (what, result), flush=True)


def free_port():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        return taken.getsockname()[1]


def wait_for(what, probe, pause_s=0.05):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = probe()
        if found:
            return found
        time.sleep(pause_s)
    raise SystemExit('footprint bench: waited in vain for ' + what)


def make_packages(build, work):
    """Folder with the programs of the packages, unpacked; their sizes are printed."""
    for command in ('cpack', 'dpkg-shlibdeps', 'rpmbuild'):
        if shutil.which(command) is None:
            raise SystemExit('footprint bench: %s is not installed; packaging/install-packages --packages does it (or measure built programs: --bin build/bin)' % command)
    for kind in ('DEB', 'RPM'):
        run(['cpack', '-G', kind, '-B', work / 'packages'], cwd=build)
    for package in sorted((work / 'packages').glob('*.*')):
        if package.suffix == '.deb':
            installed = int(run(['dpkg-deb', '-f', package, 'Installed-Size'])) * 1024
            run(['dpkg-deb', '-x', package, work / 'tree'])
        elif package.suffix == '.rpm':
            installed = int(run(['rpm', '-qp', '--qf', '%{SIZE}', package]).split()[-1])
        else:
            continue
        row(package.name, '%.2f MiB, installed %.2f MiB' % (package.stat().st_size / MIB, installed / MIB))
    return work / 'tree/usr/bin'


def sale(number):
    document = json.loads((ROOT / 'common/contract/examples/sale-1/one-line.json').read_text())
    document.pop('location', None)
    document['document_no'] = 'F-%d' % number
    return json.dumps(document)


class Chain:
    def __init__(self, programs, work):
        self.programs, self.work = programs, work
        self.sync, self.http, self.pos = free_port(), free_port(), free_port()
        self.sold = 0
        self.hub = self.agent = None

    def environment(self, **more):
        return {'PATH': os.environ['PATH'], 'LC_ALL': 'C', **more}

    def begin(self):
        made = json.loads(run([self.programs / 'tillsync-hub', 'init', '--data', self.work / 'hub', '--json']))
        self.config, self.key, self.token = made['config'], made['public_key'], made['admin_token']
        self.start_hub()
        self.ctl('location', 'put', 'GB', '--name', 'London')
        token = self.ctl('enrolment-token', 'create', '--location', 'GB')['token']
        run([self.programs / 'tillsync-agent', 'enroll', '--hub', 'tcp://127.0.0.1:%d' % self.sync, '--hub-key', self.key, '--token', token, '--data', self.work / 'agent'])

    def ctl(self, *arguments):
        environment = self.environment(TILLSYNC_HUB_URL='http://127.0.0.1:%d' % self.http, TILLSYNC_TOKEN=self.token)
        return json.loads(run([self.programs / 'tillsyncctl', '--json', *arguments], env=environment))

    def start_hub(self):
        environment = self.environment(TILLSYNC_HUB_LISTEN_SYNC='tcp://127.0.0.1:%d' % self.sync, TILLSYNC_HUB_LISTEN_HTTP='127.0.0.1:%d' % self.http)
        log = open(self.work / 'hub.log', 'ab')
        self.hub = subprocess.Popen([str(self.programs / 'tillsync-hub'), 'run', '--config', self.config], stdout=log, stderr=log, env=environment)
        wait_for('the hub', lambda: self.is_there(self.http, '/readyz'))

    @staticmethod
    def is_there(port, path):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
            connection.request('GET', path)
            return connection.getresponse().status == 200
        except OSError:
            return False

    def start_agent(self):
        environment = self.environment(TILLSYNC_AGENT_POS_HTTP='127.0.0.1:%d' % self.pos)
        log = open(self.work / 'agent.log', 'ab')
        self.agent = subprocess.Popen([str(self.programs / 'tillsync-agent'), 'run', '--config', str(self.work / 'agent/agent.toml')], stdout=log, stderr=log, env=environment)

    @staticmethod
    def stop(process):
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)

    def connect(self):
        """A connection to the HTTP door, as soon as it stands."""
        while True:
            try:
                connection = http.client.HTTPConnection('127.0.0.1', self.pos, timeout=PATIENCE_S)
                connection.connect()
                return connection
            except ConnectionRefusedError:
                if self.agent.poll() is not None:
                    raise SystemExit('footprint bench: the agent has ended:\n' + (self.work / 'agent.log').read_text()[-2000:])
                time.sleep(0.0005)

    def sell(self, connection):
        self.sold += 1
        connection.request('POST', '/v1/documents', sale(self.sold), {'Content-Type': 'application/json'})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise SystemExit('footprint bench: not taken: %d %r' % (answer.status, text))

    def status(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.pos, timeout=PATIENCE_S)
        connection.request('GET', '/v1/status')
        return json.loads(connection.getresponse().read())

    def start_to_first(self):
        begun = time.perf_counter()
        self.start_agent()
        connection = self.connect()
        self.sell(connection)
        taken = time.perf_counter() - begun
        connection.close()
        self.stop(self.agent)
        return taken * 1000


class Threads:
    """What the threads of a process have used: nanoseconds of processor, and how often each went to sleep, so was woken."""

    def __init__(self, pid):
        self.at = time.monotonic()
        self.cpu_ns, self.sleeps, self.names = {}, {}, {}
        for task in pathlib.Path('/proc/%d/task' % pid).iterdir():
            self.names[task.name] = (task / 'comm').read_text().strip()
            self.cpu_ns[task.name] = int((task / 'schedstat').read_text().split()[0])
            self.sleeps[task.name] = int((task / 'status').read_text().split('\nvoluntary_ctxt_switches:')[1].split()[0])
        fields = pathlib.Path('/proc/%d/stat' % pid).read_text().rsplit(')', 1)[1].split()
        self.faults = int(fields[7]) + int(fields[9])


def memory(pid):
    found = {}
    for line in pathlib.Path('/proc/%d/smaps_rollup' % pid).read_text().splitlines()[1:]:
        name, number = line.split(':')
        found[name] = int(number.split()[0]) / 1024
    return found


def watch(pid, what, seconds, windows):
    """(percent of one processor, wake-ups per second, resident MiB) of a process with nothing to do. What a wake-up costs depends on who else uses the
    processor's caches, so the median of several windows counts."""
    watched = [watch_once(pid, '%s, %d of %d' % (what, window + 1, windows), seconds) for window in range(windows)]
    used = memory(pid)
    row('idle, %s: resident, of it of its own (not of files)' % what, '%.1f MiB, %.1f MiB' % (used['Rss'], used['Anonymous']))
    return statistics.median(cpu for cpu, _ in watched), statistics.median(woken for _, woken in watched), used['Rss']


def watch_once(pid, what, seconds):
    before = Threads(pid)
    time.sleep(seconds)
    after = Threads(pid)
    passed = after.at - before.at
    spent = {t: (after.cpu_ns[t] - before.cpu_ns.get(t, 0)) / 1e9 / passed * 100 for t in after.cpu_ns}
    cpu = sum(spent.values())
    woken = {t: (after.sleeps[t] - before.sleeps.get(t, 0)) / passed for t in after.sleeps}
    row('idle, %s: processor' % what, '%.3f %% (%s; %d page faults)' % (cpu, ', '.join('%s %.3f' % (after.names[t], n) for t, n in spent.items() if n > 0), after.faults - before.faults))
    row('idle, %s: wake-ups of %d threads' % (what, len(woken)), '%.2f/s (%s)' % (sum(woken.values()), ', '.join('%s %.2f' % (after.names[t], n) for t, n in woken.items() if n > 0)))
    return cpu, sum(woken.values())


# What an agent without a hub cannot do without: a call that nobody takes, as often as it makes one.
BARE_CALLS = '''
import socket, sys, time
while True:
    with socket.socket() as call:
        call.connect_ex(('127.0.0.1', int(sys.argv[1])))
    time.sleep(0.73)
'''


def watch_bare(port, seconds):
    """Percent of one processor of a loop of these calls and nothing else: what of the agent's figure is this machine's."""
    bare = subprocess.Popen([sys.executable, '-E', '-S', '-c', BARE_CALLS, str(port)])
    try:
        time.sleep(2)
        before = Threads(bare.pid)
        time.sleep(seconds)
        after = Threads(bare.pid)
        cpu = (sum(after.cpu_ns.values()) - sum(before.cpu_ns.values())) / 1e9 / (after.at - before.at) * 100
        row('a bare loop that calls where nobody listens, 1.37 times a second', '%.3f %%' % cpu)
    finally:
        bare.kill()
        bare.wait()


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--idle-seconds', type=int, default=60)
    parser.add_argument('--windows', type=int, default=3)
    parser.add_argument('--starts', type=int, default=15)
    parser.add_argument('--bin', type=pathlib.Path)
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix='tillsync-footprint-', dir=options.build))
    chain = None
    try:
        chain = Chain(options.bin.resolve() if options.bin else make_packages(options.build, work), work)
        chain.begin()
        first = chain.start_to_first()
        starts = [chain.start_to_first() for _ in range(options.starts)]
        row('start to the first accepted document, of an empty agent', '%.0f ms' % first)
        row('start to the first accepted document, %d starts' % len(starts), '%.0f ms median, %.0f ms worst' % (statistics.median(starts), max(starts)))
        chain.start_agent()
        connection = chain.connect()
        for _ in range(SOLD_BEFORE_IDLE):
            chain.sell(connection)
        connection.close()
        wait_for('the hub to have all', lambda: chain.status()['waiting'] == 0, 0.2)
        time.sleep(SETTLE_S)
        linked = watch(chain.agent.pid, 'with a hub', options.idle_seconds, options.windows)
        chain.stop(chain.hub)
        time.sleep(SETTLE_S)
        dark = watch(chain.agent.pid, 'without one', options.idle_seconds, options.windows)
        chain.stop(chain.agent)
        watch_bare(chain.sync, options.idle_seconds)
        cpu, woken, resident = (max(pair) for pair in zip(linked, dark))
        print()
        for goal, line in ((CPU_GOAL_PERCENT, 'agent_idle_cpu %.3f %%' % cpu), (RSS_GOAL_MIB, 'agent_rss_idle %.2f MiB' % resident),
                           (START_GOAL_MS, 'agent_start %.1f ms' % statistics.median(starts)), (WAKEUPS_GOAL, 'agent_wakeups_idle %.2f /s' % woken)):
            print('  goal for the next line: <= %s on a quiet machine\nFIGURE %s' % (goal, line))
    finally:
        if chain is not None:
            for process in (chain.agent, chain.hub):
                chain.stop(process)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == '__main__':
    main()
