"""What the guides need of systemctl, on a host of guide.py: start, stop, restart, reload, enable, disable, is-active. A unit's own lines decide: conditions,
environment, user, ExecStart, ExecStartPost; units of this project come from packaging/systemd, other programs are started as their Debian units do it.
Drop-ins of /etc/systemd/system/UNIT.d are read too. Usage: systemctl.py FOLDER VERB UNIT…
"""
import os
import pathlib
import pwd
import re
import shlex
import signal
import socket
import subprocess
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])
SOURCE = pathlib.Path(os.environ['GUIDE_SOURCE']) / 'packaging/systemd'
PATIENCE_S = 60
OTHERS = {'nginx.service': '[Service]\nType=exec\nExecStart=/usr/sbin/nginx -g "daemon off;"\nExecReload=/usr/sbin/nginx -s reload\n',
          'caddy.service': '[Service]\nType=exec\nExecStart=/usr/bin/caddy run --config /etc/caddy/Caddyfile\nExecReload=/usr/bin/caddy reload --config /etc/caddy/Caddyfile --force\n'}


def unit_lines(unit):
    file = SOURCE / unit
    text = file.read_text() if file.exists() else OTHERS.get(unit)
    if text is None:
        sys.exit('Unit %s not found.' % unit)
    for more in sorted(pathlib.Path('/etc/systemd/system', unit + '.d').glob('*.conf')):
        text += '\n' + more.read_text()
    return [line.split('=', 1) for line in text.splitlines() if '=' in line and not line.startswith('#')]


def values(lines, name):
    found = []
    for key, value in lines:
        if key == name:
            found = [] if value == '' else found + [value]  # an empty one takes those before it back
    return found


def pid_file(unit):
    return pathlib.Path('/run/units', unit)


def is_alive(pid):
    """A child of an earlier call may be left as a zombie: the host's first process does not wait for it."""
    try:
        state = re.search(r'^State:\s+(\S)', pathlib.Path('/proc/%d/status' % pid).read_text(), re.M)
    except OSError:
        return False
    return state is not None and state.group(1) != 'Z'


def main_pid(unit):
    try:
        pid = int(pid_file(unit).read_text())
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid) else None


def environment_of(lines):
    environment = {'PATH': os.environ['PATH'], 'GUIDE_SOURCE': os.environ['GUIDE_SOURCE'], 'LC_ALL': 'C.UTF-8'}
    for line in values(lines, 'Environment'):
        environment.update(pair.split('=', 1) for pair in shlex.split(line))
    for file in values(lines, 'EnvironmentFile'):
        path = pathlib.Path(file.lstrip('-'))
        if path.exists():
            environment.update(line.split('=', 1) for line in path.read_text().splitlines() if '=' in line and not line.startswith('#'))
    return environment


def command_of(text, user):
    words = shlex.split(text.lstrip('-+!'))
    # The programs of this project are those of the build.
    if '/tillsync' in words[0]:
        words[0] = os.path.basename(words[0])
    if user and not text.startswith('+') and os.geteuid() == 0 and pwd.getpwnam(user).pw_uid != 0:
        words = ['setpriv', '--reuid', user, '--regid', user, '--init-groups', *words]
    return words


def start(unit):
    if unit.endswith('.path'):
        watched = values(unit_lines(unit), 'PathExists')
        return start(unit.replace('.path', '.service')) if all(os.path.exists(path) for path in watched) else 0
    if unit.endswith('.timer'):
        return 0
    if main_pid(unit):
        return 0
    lines = unit_lines(unit)
    for path in values(lines, 'ConditionPathExists'):
        if os.path.exists(path.lstrip('!')) == path.startswith('!'):
            return 0  # as systemd: a condition that does not hold is no failure
    user = (values(lines, 'User') or [''])[-1]
    kind = (values(lines, 'Type') or ['simple'])[-1]
    environment = environment_of(lines)
    log = open(FOLDER / (unit + '.log'), 'ab')
    heard = None
    if kind == 'notify':
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = '/run/units/%s.notify' % unit
        pathlib.Path(address).unlink(missing_ok=True)
        heard.bind(address)
        os.chmod(address, 0o777)
        os.chmod('/run/units', 0o755)
        heard.settimeout(PATIENCE_S)
        environment['NOTIFY_SOCKET'] = address
    umask = int((values(lines, 'UMask') or ['0022'])[-1], 8)
    process = subprocess.Popen(command_of(values(lines, 'ExecStart')[-1], user), env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, umask=umask)
    if kind == 'oneshot':
        code = process.wait()
        if code == 0:
            for after in values(lines, 'ExecStartPost'):
                subprocess.run(command_of(after, user), env=environment, check=False)
        return code
    pid_file(unit).write_text(str(process.pid))
    if heard is not None:
        while True:
            try:
                said = heard.recv(4096).decode()
            except TimeoutError:
                return 1
            if 'READY=1' in said:
                break
            if process.poll() is not None:
                return 1
    return 0 if process.poll() is None else 1


def stop(unit):
    pid = main_pid(unit)
    if pid is None:
        return 0
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if not is_alive(pid):
            pid_file(unit).unlink(missing_ok=True)
            return 0
        time.sleep(0.05)
    return 1


def main():
    words = [word for word in sys.argv[2:] if word not in ('--now', '--quiet', '--no-block', '--system')]
    verb = words[0] if words else ''
    units = [word if '.' in word else word + '.service' for word in words[1:]]
    does_now = '--now' in sys.argv
    if verb == 'daemon-reload':
        return 0
    code = 0
    for unit in units:
        if verb == 'start' or (verb == 'enable' and does_now):
            code = start(unit) or code
        elif verb == 'stop' or (verb == 'disable' and does_now):
            code = stop(unit) or code
        elif verb == 'restart':
            code = stop(unit) or start(unit) or code
        elif verb == 'reload':
            for command in values(unit_lines(unit), 'ExecReload'):
                code = subprocess.run(command_of(command, ''), check=False).returncode or code
        elif verb == 'is-active':
            print('active' if main_pid(unit) else 'inactive')
            code = code if main_pid(unit) else 3
        elif verb not in ('enable', 'disable'):
            sys.exit('systemctl of the test does not know: ' + ' '.join(words))
        else:
            unit_lines(unit)
    return code


sys.exit(main())
