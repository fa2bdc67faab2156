#!/usr/bin/python3
"""Postings per second to a real Tryton, in batches as the connector ships and one by one: lines "name value" on standard output.

  tryton_batches.py BIN WORK      BIN: the folder of the built programs, WORK: an empty folder
"""
import json
import pathlib
import shutil
import sys
import time

root = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path[:0] = [str(root / 'tests/integration/tryton.d'), str(root / 'packaging/demo.d/tryton')]

import books  # noqa: E402
import chain  # noqa: E402

STORE, LINES, PRODUCTS = 'B1', 3, 50
BATCHED, SINGLE = 400, 60  # documents


def sale(number):
    lines = [{'line_no': no + 1, 'kind': 'goods', 'sku': 'B-%d' % ((number * LINES + no) % PRODUCTS), 'qty': '2', 'unit_price': '5.00', 'amount': '10.00',
              'tax_codes': ['S']} for no in range(LINES)]
    return {'contract': 'sale/1', 'till': STORE + '-1', 'document_no': str(number), 'business_date': '2010-12-01', 'occurred_at': '2010-12-01T09:00:00Z',
            'currency': 'GBP', 'prices_include_tax': False, 'lines': lines, 'tax_summary': [{'code': 'S', 'rate': '0.2', 'base': '30.00', 'amount': '6.00'}],
            'tenders': [{'tender_no': 1, 'type': 'card', 'amount': '36.00'}], 'totals': {'net': '30.00', 'tax': '6.00', 'gross': '36.00', 'rounding': '0.00'}}


def main():
    bin_folder, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    for folder, postings_max in (('batched', None), ('single', 1)):
        shutil.copytree(root / 'hub/erp/connectors/tryton', work / folder / 'tryton')
        if postings_max:
            file = work / folder / 'tryton/connector.json'
            connector = json.loads(file.read_text())
            connector['batch']['postings_max'] = postings_max
            file.write_text(json.dumps(connector))
    products = work / 'products.tsv'
    products.write_text(''.join('B-%d\tProduct %d\n' % (no, no) for no in range(PRODUCTS)))
    tryton = chain.TrytonServer(work / 'tryton', '--products', str(products), '--locations', STORE)
    hub = None
    try:
        making = tryton.make()
        said, _ = making.communicate()
        if making.returncode != 0:
            sys.exit('tryton_batches: ' + said)
        access = tryton.access()
        hub = chain.Hub(work, bin_folder, 'hub', {'TILLSYNC_HUB_ERP_CONNECTOR': 'tryton', **{
            'TILLSYNC_HUB_ERP_SETTINGS_' + name.upper(): access[name] for name in ('database', 'user', 'password', 'company')}})
        done, number = 0, 0
        # The first few warm up what Tryton keeps in memory, in the same way for both.
        for name, folder, count in (('warm-up', 'batched', 20), ('tryton_single', 'single', SINGLE), ('tryton_batched', 'batched', BATCHED)):
            hub.environment['TILLSYNC_HUB_ERP_CONNECTORS_DIR'] = str(work / folder)
            hub.start(TILLSYNC_HUB_ERP_URL='')
            if not hub.agents:
                hub.put_location({'contract': 'location/1', 'id': STORE, 'name': 'Benchmark', 'status': 'open', 'tills': [{'id': STORE + '-1'}]})
                hub.put_products([{'contract': 'product/1', 'sku': 'B-%d' % no, 'description': 'Product', 'kind': 'goods'} for no in range(PRODUCTS)])
                hub.start_agent(STORE)
            hub.sell(STORE, [sale(number + no) for no in range(count)])
            number += count
            chain.wait_until('the documents at the hub', lambda: waiting(hub) == count)
            hub.program.stop()
            hub.start(TILLSYNC_HUB_ERP_URL=access['url'])
            start = time.monotonic()
            chain.wait_until('the postings at Tryton', lambda: waiting(hub) == 0, progress=lambda: waiting(hub))
            took = time.monotonic() - start
            hub.program.stop()
            done += count
            if name != 'warm-up':
                print(name, count / took, flush=True)
        if sum(len(changes) for changes in books.ErpBooks(access).entries().values()) != done:
            sys.exit('tryton_batches: Tryton has not %d entries' % done)
    finally:
        if hub:
            hub.stop()
        tryton.stop()


def waiting(hub):
    return hub.get('/v1/connectors')['items'][0]['waiting']


if __name__ == '__main__':
    main()
