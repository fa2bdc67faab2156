"""Follows a guide of packaging/ to the letter: its ```sh blocks are run in the order in which they stand, each on the host that its first line names
("# on the hub"), with the paths, names and commands that the guide has. A host is a set of namespaces of its own (network, mounts, processes, host name)
with the programs of this build; folders that packages make are made as packaging/systemd says, in memory. systemctl and sudo are the test's own
(systemctl.py): systemd does not run here. Nothing outside the namespaces is written, and all of it ends with the test.
"""
import ipaddress
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PATIENCE_S = 60
BLOCK_S = 120
NETWORK = ipaddress.ip_network('192.168.50.0/24')
MEMORY = ('/run', '/etc/tillsync', '/var/lib/tillsync', '/var/spool/tillsync', '/var/backups', '/var/log')
# Folders of other programs that a guide writes into: a copy of this machine's, in memory.
COPIED = ('/etc/nginx', '/etc/caddy', '/var/lib/nginx', '/var/lib/caddy', '/etc/systemd')
# The link takes a moment after a start, and doctor would say so: it is given that moment.
SETTLED = {'sudo tillsync-agent doctor': 'until sudo tillsync-agent status | grep -q "hub: up"; do sleep 0.2; done; sudo tillsync-agent doctor'}
USERS = {'tillsync-hub': (990, ('tillsync',)), 'tillsync-agent': (991, ('tillsync', 'tillsync-pos'))}
GROUPS = {'tillsync': 992, 'tillsync-pos': 993}


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print('ok   ' + what, flush=True)


def wait_for(what, probe):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = probe()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError('waited in vain for: ' + what)


def become_root():
    """Namespaces need it; a user without it gets a namespace in which he has it. Exit 77 where the machine makes no namespaces at all."""
    tried = subprocess.run(['unshare', *([] if os.geteuid() == 0 else ['--map-root-user']), '--net', '--mount', '--uts', '--pid', '--fork', 'true'], capture_output=True, text=True)
    if tried.returncode != 0:
        print('left out: this machine makes no network and mount namespaces: ' + tried.stderr.strip())
        sys.exit(77)
    if os.geteuid() != 0:
        os.execvp('unshare', ['unshare', '--map-root-user', '--net', '--mount', sys.executable, *sys.argv])


class Block:
    def __init__(self, host, section, line, text):
        self.host, self.section, self.line, self.text = host, section, line, text


class Guide:
    """The blocks of a guide; sections are run one by one, so that a test can look in between."""

    def __init__(self, name, hosts):
        self.path = ROOT / 'packaging' / name
        self.hosts = hosts
        self.blocks = self.read()
        self.done = 0

    def read(self):
        blocks, section, inside = [], '', None
        for number, line in enumerate(self.path.read_text(encoding='utf-8').splitlines(), 1):
            if inside is not None:
                if line.strip() == '```':
                    blocks.append(self.block(section, *inside))
                    inside = None
                else:
                    inside[1].append(line)
            elif line.startswith('#'):
                section = line.lstrip('#').strip()
            elif line.strip() == '```sh':
                inside = (number, [])
        return blocks

    def block(self, section, number, lines):
        told = re.match(r'# on the (\S+?):?(?: .*)?$', lines[0]) if lines else None
        if not told:
            raise AssertionError('%s:%d: the first line of a block says on which host: "# on the hub"' % (self.path.name, number))
        return Block(told.group(1), section, number, '\n'.join(lines))

    def section(self, name, replace=None):
        """Runs all blocks of a section; what they printed. replace: texts that only a reader can know (a token that was printed)."""
        if self.done == len(self.blocks) or self.blocks[self.done].section != name:
            following = self.blocks[self.done].section if self.done < len(self.blocks) else 'the end'
            raise AssertionError('%s: the next section with commands is %s, not %s' % (self.path.name, following, name))
        printed = ''
        while self.done < len(self.blocks) and self.blocks[self.done].section == name:
            block = self.blocks[self.done]
            text = block.text
            for old, new in (replace or {}).items():
                text = text.replace(old, new)
            print('---- %s:%d (%s), on the %s' % (self.path.name, block.line, name, block.host), flush=True)
            printed += self.hosts[block.host].shell(text)
            self.done += 1
        return printed

    def finish(self):
        check(self.done == len(self.blocks) > 0, 'every command of %s was run (%d blocks)' % (self.path.name, self.done))


class Lan:
    """A switch with hosts on it. Everything below a folder in /tmp, which goes at the end."""

    def __init__(self, bin_folder):
        self.bin = pathlib.Path(bin_folder).resolve()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix='tillsync-guide-'))
        self.switch = subprocess.Popen(['unshare', '--net', 'sh', '-c', 'ip link add lan type bridge && ip link set lan up && echo up && exec sleep infinity'], stdout=subprocess.PIPE, text=True)
        if self.switch.stdout.readline() != 'up\n':
            raise AssertionError('no network of its own can be made here')
        self.hosts = {}

    def host(self, name, *names, host_name=None):
        """names: what others call it."""
        made = Host(self, name, str(NETWORK[len(self.hosts) + 10]), names, host_name or name)
        self.hosts[name] = made
        text = '127.0.0.1 localhost\n' + ''.join('%s %s\n' % (h.address, ' '.join((h.name, *h.names))) for h in self.hosts.values())
        for other in self.hosts.values():
            other.file('hosts').write_text(text)
        return made

    def close(self):
        for host in self.hosts.values():
            host.close()
        self.switch.kill()
        self.switch.wait()
        if os.environ.get('TILLSYNC_KEEP') == '1':
            print('kept: %s' % self.work)
        else:
            shutil.rmtree(self.work, ignore_errors=True)

    def show_logs(self):
        for log in sorted(self.work.rglob('*.log')):
            print('---- %s\n%s' % (log.relative_to(self.work), log.read_text(errors='replace')[-3000:]))


class Host:
    def __init__(self, lan, name, address, names, host_name):
        self.lan, self.name, self.address, self.names = lan, name, address, names
        self.folder = lan.work / name
        self.folder.mkdir()
        self.make_files(host_name)
        setup = self.folder / 'setup.sh'
        setup.write_text(self.setup(host_name))
        self.holder = subprocess.Popen(['unshare', '--net', '--uts', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', str(setup)], stdout=subprocess.PIPE, text=True)
        said = self.holder.stdout.readline()
        if said != 'up\n':
            raise AssertionError('the host %s does not come up: %s' % (name, said))
        self.pid = int(pathlib.Path('/proc/%d/task/%d/children' % (self.holder.pid, self.holder.pid)).read_text().split()[0])
        self.plug_in()

    def file(self, name):
        return self.folder / name

    def make_files(self, host_name):
        one_user = len(pathlib.Path('/proc/self/uid_map').read_text().split()) == 3 and int(pathlib.Path('/proc/self/uid_map').read_text().split()[2]) == 1
        number = (lambda wanted: 0) if one_user else (lambda wanted: wanted)
        users = ''.join('%s:x:%d:%d::/:/usr/sbin/nologin\n' % (user, number(uid), number(uid)) for user, (uid, _) in USERS.items())
        groups = ''.join('%s:x:%d:\n' % (user, number(uid)) for user, (uid, _) in USERS.items())
        groups += ''.join('%s:x:%d:%s\n' % (group, number(gid), ','.join(u for u, (_, of) in USERS.items() if group in of)) for group, gid in GROUPS.items())
        keep = lambda file: ''.join(l + '\n' for l in pathlib.Path(file).read_text().splitlines() if not l.startswith('tillsync'))
        self.file('passwd').write_text(keep('/etc/passwd') + users)
        self.file('group').write_text(keep('/etc/group') + groups)
        self.file('hosts').write_text('127.0.0.1 localhost\n')
        self.file('hostname').write_text(host_name + '\n')
        self.file('machine-id').write_text(secrets.token_hex(16) + '\n')
        tools = self.file('tools')
        tools.mkdir()
        for program in ('tillsync-agent', 'tillsync-hub', 'tillsyncctl'):
            (tools / program).symlink_to(self.lan.bin / program)
        (tools / 'sudo').write_text('#!/bin/sh\nwhile [ "$1" = -u ]; do user=$2; shift 2; done\n[ -n "$user" ] && exec setpriv --reuid "$user" --regid "$user" --init-groups "$@"\nexec "$@"\n')
        (tools / 'systemctl').write_text('#!/bin/sh\nexec %s %s %s "$@"\n' % (sys.executable, HERE / 'systemctl.py', self.folder))
        for tool in ('sudo', 'systemctl'):
            (tools / tool).chmod(0o755)
        self.folder.chmod(0o755)
        self.lan.work.chmod(0o755)

    def setup(self, host_name):
        lines = ['set -e', 'mount --make-rprivate /', 'hostname ' + host_name]
        for folder in COPIED:
            if os.path.isdir(folder):
                kept = self.folder / 'copies' / folder.strip('/').replace('/', '-')
                shutil.copytree(folder, kept, symlinks=True)
        (self.folder / 'mount').mkdir()
        for folder in MEMORY:
            # A mount point that this machine does not have is made in a copy of its parent that only this host sees.
            if not os.path.isdir(folder):
                parent = os.path.dirname(folder)
                lines += ['if [ ! -d %s ]; then mount -t tmpfs -o mode=755 tmpfs %s/mount && cp -a %s/. %s/mount/ && mkdir -p %s/mount/%s && mount --move %s/mount %s; fi'
                          % (folder, self.folder, parent, self.folder, self.folder, os.path.basename(folder), self.folder, parent)]
            lines += ['mount -t tmpfs -o mode=755 tmpfs ' + folder]
        for folder in COPIED:
            kept = self.folder / 'copies' / folder.strip('/').replace('/', '-')
            if kept.is_dir():
                lines += ['mount --bind %s %s' % (kept, folder)]
        for name in ('passwd', 'group', 'hosts', 'hostname', 'machine-id'):
            if not os.path.exists('/etc/' + name):
                raise AssertionError('/etc/%s is not there' % name)
            lines += ['mount --bind %s /etc/%s' % (self.file(name), name)]
        lines += ['mkdir -p /run/home /run/units /var/log/nginx /var/log/caddy', 'chmod 755 /run/home']
        for package in ('agent', 'hub'):
            for line in (ROOT / 'packaging/systemd' / ('tillsync-%s.tmpfiles' % package)).read_text().splitlines():
                found = re.match(r'd\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)', line)
                if found:
                    lines += ['mkdir -p {0} && chown {2}:{3} {0} && chmod {1} {0}'.format(*found.groups())]
        return '\n'.join(lines + ['ip link set lo up', 'echo up', 'exec sleep infinity']) + '\n'

    def plug_in(self):
        run = lambda *command: subprocess.run(command, check=True)
        inside = 't%d' % self.pid
        switch = ['nsenter', '--target', str(self.lan.switch.pid), '--net']
        run(*switch, 'ip', 'link', 'add', inside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', str(self.pid))
        run(*switch, 'ip', 'link', 'set', inside, 'master', 'lan', 'up')
        run(*self.enter(), 'ip', 'address', 'add', '%s/%d' % (self.address, NETWORK.prefixlen), 'dev', 'eth0')
        run(*self.enter(), 'ip', 'link', 'set', 'eth0', 'up')

    def enter(self):
        return ['nsenter', '--target', str(self.pid), '--net', '--uts', '--mount', '--pid']

    def environment(self):
        return {'PATH': '%s:/usr/sbin:/usr/bin:/sbin:/bin' % self.file('tools'), 'HOME': '/run/home', 'LC_ALL': 'C.UTF-8', 'GUIDE_SOURCE': str(ROOT)}

    def call(self, text, **more):
        """Text as a shell gets it, in the home folder; variables stay for the next call."""
        script = 'set -euo pipefail; cd; set -a; [ ! -e /run/variables ] || . /run/variables; %s\nset +a; declare -px | grep -vE "^declare -x (PATH|HOME|PWD|OLDPWD|SHLVL)" > /run/variables\n' % text
        return subprocess.run([*self.enter(), 'bash', '-c', script], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=BLOCK_S, **more)

    def shell(self, text):
        done = self.call(text)
        print(done.stdout, end='', flush=True)
        if done.returncode != 0:
            raise AssertionError('on the %s, this ended with %d:\n%s\n%s' % (self.name, done.returncode, text, done.stdout))
        return done.stdout

    def refuses(self, text):
        """What it printed; it must not have ended with 0."""
        done = self.call(text)
        if done.returncode == 0:
            raise AssertionError('on the %s, this should have failed:\n%s\n%s' % (self.name, text, done.stdout))
        return done.stdout

    def json(self, text):
        return json.loads(self.call(text).stdout)

    def copy_disk(self, other):
        """What another host holds of Tillsync, as an image of its disk would bring it; the machine-id too."""
        for folder in ('/etc/tillsync', '/var/lib/tillsync', '/var/spool/tillsync'):
            packed = subprocess.run([*other.enter(), 'tar', '-C', folder, '-cf', '-', '.'], check=True, stdout=subprocess.PIPE).stdout
            subprocess.run([*self.enter(), 'tar', '-C', folder, '-xpf', '-'], check=True, input=packed)
        self.file('machine-id').write_text(other.file('machine-id').read_text())

    def first_boot(self):
        """What systemd does with an empty machine-id."""
        if not self.file('machine-id').read_text().strip():
            self.file('machine-id').write_text(secrets.token_hex(16) + '\n')

    def close(self):
        self.holder.send_signal(signal.SIGKILL)
        self.holder.wait()


def prepare_hub(hub):
    """A hub as packaging/README.md sets it up, on its default addresses, reached under its name."""
    hub.shell('printf "a long enough password\\n" > password; tillsync-hub init --admin ana --password-file password --json > init.json\n'
              'export TILLSYNC_TOKEN=$(jq -r .admin_token init.json) HUB_KEY=$(jq -r .public_key init.json); systemctl start tillsync-hub')


def run_test(story):
    """story(lan): with the build's bin folder as the first argument of the command line."""
    become_root()
    lan = Lan(sys.argv[1])
    try:
        story(lan)
        print('passed')
    except BaseException:
        lan.show_logs()
        raise
    finally:
        lan.close()
