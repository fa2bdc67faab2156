#!/usr/bin/env python3
"""Holds /metrics of the built hub, and the files for Prometheus and Grafana, against promtool.

Arguments: source folder, folder of the programs. Exit 1 names each breach. Where promtool (Debian's package prometheus) is not installed it says so and exits 77, which ctest counts
as not run.
"""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

START_TIMEOUT_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def metrics_of(hub, folder):
    subprocess.run([hub, "init", "--data", folder, "--json"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    http, sync = free_port(), free_port()
    environment = {"TILLSYNC_HUB_LISTEN_HTTP": f"127.0.0.1:{http}", "TILLSYNC_HUB_LISTEN_SYNC": f"tcp://127.0.0.1:{sync}"}
    process = subprocess.Popen([hub, "run", "--config", f"{folder}/hub.toml"], env=environment, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{http}/metrics", timeout=10) as answer:
                    return answer.read().decode()
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(timeout=60)


def main():
    source, programs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if shutil.which("promtool") is None:
        print("promtool is not here: apt-get install prometheus")
        return 77
    breaches = []

    def ask(what, arguments, **more):
        done = subprocess.run(["promtool", "check", *arguments], capture_output=True, text=True, timeout=60, **more)
        if done.returncode != 0 or done.stderr.strip():
            breaches.append(f"{what}: {done.stdout}{done.stderr}")

    with tempfile.TemporaryDirectory() as folder:
        text = metrics_of(programs / "tillsync-hub", f"{folder}/hub")
    ask("/metrics", ["metrics"], input=text)
    ask("alerts.yml", ["rules", source / "packaging/prometheus/alerts.yml"])
    ask("scrape.yml", ["config", source / "packaging/prometheus/scrape.yml"])

    # What dashboards and rules name must be there. Some come only with an ERP, or with the first of their kind.
    known = set(re.findall(r"^# TYPE (\w+)", text, re.M)) | {"tillsync_erp_breaker", "tillsync_erp_answer_seconds", "tillsync_exceptions_raised_total"}
    used = json.dumps(json.loads((source / "packaging/grafana/tillsync.json").read_text())) + (source / "packaging/prometheus/alerts.yml").read_text()
    for name in sorted(set(re.findall(r"\btillsync_\w+", used))):
        if name not in known and re.sub(r"_(bucket|count|sum)$", "", name) not in known:
            breaches.append(f"{name}: the hub has no such metric")
    for breach in breaches:
        print(breach)
    print(f"{len(known)} metrics, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
