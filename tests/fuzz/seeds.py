#!/usr/bin/env python3
"""Writes first inputs for the fuzz targets from the project's examples and golden files. seeds.py FOLDER"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def hex_bytes(path: pathlib.Path) -> bytes:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return bytes.fromhex("".join("".join(lines).split()))


def main() -> None:
    out = pathlib.Path(sys.argv[1])

    def put(target: str, name: str, content: bytes) -> None:
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    for path in sorted((ROOT / "tests/golden/wire").rglob("*.hex")):
        frame = hex_bytes(path)
        put("wire", path.stem + "-" + path.parent.name, frame)
        # Bytes from nowhere behind a little trade: 2 = sell, 1 = time, 9 and 10 = a frame to the hub, to the agent.
        put("session", path.stem + "-" + path.parent.name,
            bytes([1, 2, 5, 1, 3, 9]) + bytes([min(len(frame), 255)]) + b"c1" + frame[:255] + bytes([10, min(len(frame), 255), 0]) + frame[:255])
    for path in sorted((ROOT / "common/contract/examples").rglob("*.json")):
        document = json.loads(path.read_text())
        text = json.dumps(document, separators=(",", ":")).encode()
        put("document", path.parent.name + "-" + path.stem, text)
        for route in range(0, 40):
            if sum(path.stem.encode()) % 40 == route or route < 2:
                put("http", f"{path.parent.name}-{path.stem}-{route}", bytes([route, 4]) + b"/v1/x" [:4] + text)
    header = "till,document_no,business_date,occurred_at,currency,prices_include_tax,line_no,kind,sku,description,qty,unit_price,amount,tax_code,tax_rate,tax_amount,tender_type\n"
    rows = ['GB-1,536365,2010-12-01,2010-12-01T08:26:00Z,GBP,false,1,goods,85123A,HOLDER,6,2.55,15.30,S,0.175,2.68,card\n',
            'GB-1,536365,2010-12-01,2010-12-01T08:26:00Z,GBP,false,2,goods,71053,"LANTERN, ""WHITE""",6,3.39,20.34,S,0.175,3.56,card\n']
    put("csv", "two-lines", (header + "".join(rows)).encode())
    put("csv", "no-rows", header.encode())
    put("csv", "crlf", (header + rows[0]).replace("\n", "\r\n").encode())
    put("csv", "open-quote", (header + 'GB-1,"5').encode())
    put("session", "trade", bytes([1, 2, 9, 1, 5, 3, 0, 200, 4, 2, 3, 1, 60]))
    put("session", "restarts", bytes([2, 2, 15, 1, 2, 6, 1, 1, 5, 2, 4, 1, 9, 12, 1, 2, 3, 1, 20, 12, 0]))
    put("http", "nothing", bytes([0, 0]))


if __name__ == "__main__":
    main()
