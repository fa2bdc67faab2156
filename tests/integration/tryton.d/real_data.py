"""Invoices of the real retailer's file, or made-up ones of its form where it is missing."""
import csv
import io
import itertools
import json
import os
import subprocess

import chain

INVOICES = 500
# A line costs Tryton 6 ms of a core, and some invoices have hundreds of them.
LINES_MAX = 15
FILE = 'online-retail-2010-12-to-2011-05.csv.zst'


def source(stand):
    """Options for tillsync-replay."""
    folder = os.environ.get('TILLSYNC_SHARED_DATA') or chain.ROOT.parent / 'shared/data'
    file = os.path.join(folder, FILE)
    if not os.path.exists(file):
        print('there is no %s (TILLSYNC_SHARED_DATA names its folder); made-up invoices are taken instead' % file)
        return ['--seed', '1', '--days', '4', '--invoices', str(INVOICES // 4)]
    first = stand.work / 'first.csv'
    with open(first, 'w', encoding='utf-8', newline='') as out:
        csv.writer(out, lineterminator='\n').writerows(first_rows(file))
    return ['--data', str(first)]


def first_rows(file):
    """The header, and the rows of the first invoices that have no more lines than that."""
    packed = subprocess.Popen(['zstd', '-dcq', file], stdout=subprocess.PIPE)
    rows = csv.reader(io.TextIOWrapper(packed.stdout, encoding='utf-8', newline=''))
    chosen, count = [next(rows)], 0
    for _, invoice in itertools.groupby(rows, key=lambda row: row[0]):
        lines = list(invoice)
        if len(lines) <= LINES_MAX:
            chosen += lines
            count += 1
        if count == INVOICES:
            break
    packed.kill()
    packed.wait()
    packed.stdout.close()
    return chosen


def plan(stand):
    options = source(stand)
    folder = stand.work / 'plan'
    chain.say(chain.run([stand.bin / 'tillsync-replay', 'plan', *options, '--out', folder]).strip())
    products = json.loads((folder / 'products.json').read_text())
    locations = [line.split('\t')[0] for line in (folder / 'stores.tsv').read_text().splitlines()]
    items = {row['sku']: row.get('erp_item') or row['sku'] for row in products}
    return {
        'source': options,
        'locations': locations,
        'location_files': [json.loads((folder / 'locations' / (location + '.json')).read_text()) for location in locations],
        'product_list': products,
        'products': [(items[row['sku']], row.get('description') or row['sku']) for row in products],
        'by_item': lambda stock: {(location, items[sku]): quantity for (location, sku), quantity in stock.items()},
    }
