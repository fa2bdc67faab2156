#!/usr/bin/env python3
"""Holds the house to its own rules (ARCHITECTURE section 2). Exit 1 names each breach.

1. A pure file (x.h/.cpp without a shell suffix) includes no database, socket, HTTP, log or thread header and never asks
   for the time. A driver (x_driver) may log, and otherwise is held to the same: the simulator runs it.
2. No folder includes more than it may: agent and hub never include each other, common includes neither.
3. Tables are STRICT, and DDL stands only in schema/*.sql.
4. Every folder of the first level has a README.md.
5. No source file is longer than LINES_MAX lines.
6. A folder of the second level includes what the table in its parent's README lets it, and nothing more.
7. A source file with a header of its own name has a test of its own name, or stands in TESTED_BY. A file without a header of its
   own is a part of what another header declares, and is tested with it.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
if ROOT.is_file():
    ROOT = ROOT.parents[2]

LINES_MAX = 600
SHELL_SUFFIXES = ("_store", "_reader", "_loop", "_socket", "_client", "_door", "_main", "_posix", "_app", "_stage", "_command",
                  "_cache", "_server", "_handlers", "_registry", "_relay")
# Folders that are a shell as a whole: they wrap a library of others or put the parts together.
SHELL_FOLDERS = ("common/sql", "common/http", "common/transport", "common/log", "common/crypto", "agent/app", "hub/app", "hub/api",
                 "hub/ctl", "hub/insight", "packaging/demo.d")
SHELL_FILES = set()
IMPURE = re.compile(
    r'#include\s+[<"](sqlite3|SQLiteCpp|zmq|curl/|spdlog|thread|mutex|shared_mutex|condition_variable|future|microhttpd|random>'
    r'|common/(sql/sqlite|http/|transport/|log/)|sys/|unistd|fcntl)')
CLOCK = re.compile(r'(system_clock|steady_clock|high_resolution_clock)::now|\bos::(now|monotonic)\(|\btime\((nullptr|NULL|0)\)')
MAY_INCLUDE = {"common": ("common",), "agent": ("agent", "common"), "hub": ("hub", "common")}
# Wrapped by one other file that alone uses them, or without logic.
TESTED_BY = {
    "common/sql/sqlite_statement": "common/sql/sqlite",
    "common/sql/sql": "common/sql/sqlite",
    "common/http/connections": "common/http/server",
    "common/http/exchange": "common/http/server",
    "common/contract/typed_reader": "common/contract/document_reader",
    "common/contract/value": "common/contract/json_reader",
    "common/contract/contract_names": "common/contract/vocabulary",
    "common/transport/options": "common/transport/curve_socket",
    "common/transport/context": "common/transport/curve_socket",
    "agent/sync/session_driver": "agent/sync/sync_loop",
    "hub/erp/forwarder_driver": "hub/erp/forwarder_loop",
    "hub/jq/jq_worker_loop": "hub/jq/jq_client",
    "hub/reservations/reservation_book": "hub/reservations/reservations",
    "hub/reservations/reservation_loader": "hub/reservations/reservations",
    "hub/reservations/reservation_rows": "hub/reservations/reservation_store",
    "hub/reconcile/day_reader": "hub/reconcile/days_stage",
    "hub/reconcile/day_store": "hub/reconcile/days_stage",
    "hub/reconcile/day_facts_reader": "hub/reconcile/closing_store",
    "hub/app/hub_app": "integration/way_of_a_sale",
    "hub/ctl/ctl_calls": "hub/ctl/ctl_commands",
}


def folder_tables(root: pathlib.Path) -> dict:
    """What each folder may include, by the tables of the READMEs; None = everything."""
    allowed = {}
    for top in MAY_INCLUDE:
        text = (root / top / "README.md").read_text(encoding="utf-8")
        table = re.search(r"\| folder \| may use.*?\n((?:\|.*\n)+)", text)
        folders = {p.name for p in (root / top).iterdir() if p.is_dir()}
        for row in table.group(1).splitlines()[1:] if table else []:
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            names = set(re.findall(r"[a-z]+(?:/[a-z]+)?", re.sub(r"\([^)]*\)", "", cells[1])))
            may = {name if "/" in name else f"{top}/{name}" for name in names if "/" in name or name in folders}
            allowed[f"{top}/{cells[0]}"] = None if "everything" in names else may | {"common/base", f"{top}/{cells[0]}"}
    return allowed


def is_shell(path: pathlib.Path) -> bool:
    folder = path.parent.as_posix()
    if any(folder == f or folder.startswith(f + "/") for f in SHELL_FOLDERS) or path.as_posix() in SHELL_FILES:
        return True
    return path.stem.endswith(SHELL_SUFFIXES)


def main() -> int:
    breaches = []
    tables = folder_tables(ROOT)
    sources = [p for top in ("common", "agent", "hub", "packaging", "tests") for p in (ROOT / top).rglob("*")
               if p.suffix in (".h", ".cpp") and "node_modules" not in p.parts]
    for source in sorted(sources):
        path = source.relative_to(ROOT)
        text = source.read_text(encoding="utf-8")
        lines = text.splitlines()
        if len(lines) > LINES_MAX:
            breaches.append(f"{path}: {len(lines)} lines, more than {LINES_MAX}: two ideas are two files")
        top = path.parts[0]
        folder = "/".join(path.parts[:2])
        if top in MAY_INCLUDE and folder not in tables:
            breaches.append(f"{path}: {folder} does not stand in the table of {top}/README.md")
        mirror = path.with_suffix("").as_posix()
        if top in MAY_INCLUDE and path.suffix == ".cpp" and source.with_suffix(".h").exists():
            if not (ROOT / "tests" / (TESTED_BY.get(mirror, mirror) + "_test.cpp")).exists():
                breaches.append(f"{path}: has no tests/{mirror}_test.cpp")
        for number, line in enumerate(lines, 1):
            include = re.match(r'#include\s+"(\w+)/', line)
            if include and top in MAY_INCLUDE and include.group(1) in ("agent", "hub", "tests", "packaging"):
                if include.group(1) not in MAY_INCLUDE[top]:
                    breaches.append(f"{path}:{number}: {top} may not include {include.group(1)}")
            inside = re.match(r'#include\s+"((?:common|agent|hub)/\w+)/', line)
            may = tables.get(folder)
            if inside and may is not None and inside.group(1) not in may:
                breaches.append(f"{path}:{number}: {folder} may not include {inside.group(1)} ({top}/README.md)")
            if top in MAY_INCLUDE and not is_shell(path):
                logs = path.stem.endswith("_driver") and "common/log/" in line
                if IMPURE.search(line) and not logs:
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
