#!/usr/bin/env python3
"""Holds the house to its own rules (ARCHITECTURE section 2). Exit 1 names each breach.

1. A pure file (x.h/.cpp without a shell suffix) includes no database, socket, HTTP, log or thread header and never asks
   for the time.
2. No folder includes more than it may: agent and hub never include each other, common includes neither.
3. Tables are STRICT, and DDL stands only in schema/*.sql.
4. Every folder of the first level has a README.md.
5. No source file is longer than LINES_MAX lines.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
if ROOT.is_file():
    ROOT = ROOT.parents[2]

LINES_MAX = 600
SHELL_SUFFIXES = ("_store", "_reader", "_loop", "_socket", "_client", "_door", "_main", "_posix", "_app", "_stage", "_command",
                  "_server", "_handlers", "_registry", "_relay")
# Folders that are a shell as a whole: they wrap a library of others or put the parts together.
SHELL_FOLDERS = ("common/sql", "common/http", "common/transport", "common/log", "common/crypto", "agent/app", "hub/app", "hub/api",
                 "hub/ctl", "hub/insight", "packaging/demo.d")
SHELL_FILES = set()
IMPURE = re.compile(
    r'#include\s+[<"](sqlite3|SQLiteCpp|zmq|curl/|spdlog|thread|mutex|shared_mutex|condition_variable|future|microhttpd|random>'
    r'|common/(sql/sqlite|http/|transport/|log/)|sys/|unistd|fcntl)')
CLOCK = re.compile(r'(system_clock|steady_clock|high_resolution_clock)::now|\bos::(now|monotonic)\(|\btime\((nullptr|NULL|0)\)')
MAY_INCLUDE = {"common": ("common",), "agent": ("agent", "common"), "hub": ("hub", "common")}


def is_shell(path: pathlib.Path) -> bool:
    folder = path.parent.as_posix()
    if any(folder == f or folder.startswith(f + "/") for f in SHELL_FOLDERS) or path.as_posix() in SHELL_FILES:
        return True
    return path.stem.endswith(SHELL_SUFFIXES)


def main() -> int:
    breaches = []
    sources = [p for top in ("common", "agent", "hub", "packaging", "tests") for p in (ROOT / top).rglob("*")
               if p.suffix in (".h", ".cpp") and "node_modules" not in p.parts]
    for source in sorted(sources):
        path = source.relative_to(ROOT)
        text = source.read_text(encoding="utf-8")
        lines = text.splitlines()
        if len(lines) > LINES_MAX:
            breaches.append(f"{path}: {len(lines)} lines, more than {LINES_MAX}: two ideas are two files")
        top = path.parts[0]
        for number, line in enumerate(lines, 1):
            include = re.match(r'#include\s+"(\w+)/', line)
            if include and top in MAY_INCLUDE and include.group(1) in ("agent", "hub", "tests", "packaging"):
                if include.group(1) not in MAY_INCLUDE[top]:
                    breaches.append(f"{path}:{number}: {top} may not include {include.group(1)}")
            if top in MAY_INCLUDE and not is_shell(path):
                if IMPURE.search(line):
                    breaches.append(f"{path}:{number}: a pure file includes {line.strip()}")
                if CLOCK.search(line) and not line.lstrip().startswith("//"):
                    breaches.append(f"{path}:{number}: a pure file asks for the time")
            if top in MAY_INCLUDE and "CREATE TABLE" in line and not line.lstrip().startswith("//") and path.parts[1] != "sql":
                breaches.append(f"{path}:{number}: DDL belongs into schema/*.sql")
    for schema in sorted(ROOT.glob("*/**/schema/*.sql")):
        if "build" in schema.relative_to(ROOT).parts[0]:
            continue
        text = re.sub(r"--[^\n]*", "", schema.read_text(encoding="utf-8"))
        for statement in text.split(";"):
            if re.search(r"CREATE\s+TABLE", statement, re.I) and not re.search(r"\)\s*(STRICT|WITHOUT ROWID,\s*STRICT|STRICT,\s*WITHOUT ROWID)\s*$",
                                                                             statement.strip(), re.I):
                breaches.append(f"{schema.relative_to(ROOT)}: a table is not STRICT: {statement.strip().splitlines()[0]}")
    for top in ("agent", "common", "hub", "packaging", "tests"):
        if not (ROOT / top / "README.md").exists():
            breaches.append(f"{top}/README.md is missing")
    for breach in breaches:
        print(breach)
    print(f"{len(sources)} source files read, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
