#!/usr/bin/python3
"""What stands in the books of the demo's Tryton, read over its own API, and in the hub's; and whether they are the same.

  books.py serve --erp DIR/erp.json --hub URL --port N     answers GET /summary in the form of the reference ERP's
  books.py compare --erp DIR/erp.json --hub URL            a table per account and store; exit 0 when all is equal and nothing is left behind

The hub's token is read from TILLSYNC_TOKEN.
"""
import argparse
import collections
import http.server
import json
import os
import sys
import time
import urllib.request
from decimal import Decimal

from tryton_api import Tryton, TrytonError

HUB_PAGE = 200
NOTHING = 'nothing to book'  # the connector's reference of a posting with neither journal nor stock
STATES = ('damaged', 'quarantine')


def per(pairs):
    """Sums per key, without those that are 0."""
    sums = collections.defaultdict(Decimal)
    for key, value in pairs:
        sums[key] += value
    return {key: value for key, value in sums.items() if value != 0}


class ErpBooks:
    """Tryton's side."""

    def __init__(self, access):
        self.tryton = Tryton(access)
        self.stores = access['locations']

    def accounts(self):
        """Debit less credit per account code, of posted entries; each fiscal year's own, as revenue begins each year at 0."""
        years = self.tryton.call('account.fiscalyear.search', [], 0, None, None)
        accounts = self.tryton.call('account.account.search', [['type', '!=', None]], 0, None, None)
        rows = [row for year in years for row in self.tryton.read('account.account', accounts, ['code', 'debit', 'credit'], fiscalyear=year, posted=True)]
        return per((row['code'], Decimal(row['debit']) - Decimal(row['credit'])) for row in rows)

    def places(self):
        """Code → id of the stores' stock locations."""
        codes = [place for store in self.stores for place in (store, *('%s/%s' % (store, state) for state in STATES))]
        return {row['code']: row['id'] for row in self.tryton.search_read('stock.location', [['code', 'in', codes]], ['code'])}

    def stock(self):
        """Quantity per (code of the location, code of the product)."""
        products = self.tryton.call('product.product.search', [], 0, None, None)
        return per(((code, row['code']), Decimal(str(row['quantity'])).quantize(Decimal('0.001')))
                   for code, id_ in self.places().items()
                   for row in self.tryton.read('product.product', products, ['code', 'quantity'], locations=[id_], with_childs=False))

    def entries(self):
        """Key → what the tenders of each posted entry come to: one list per key, with one number per entry. A tender's line has its type as text."""
        posted = self.tryton.search_read('account.move', [['state', '=', 'posted']], ['description'])
        lines = per((row['move'], Decimal(row['debit']) - Decimal(row['credit'])) for row in self.tryton.search_read(
            'account.move.line', [['description', '!=', None], ['description', '!=', ''], ['move.state', '=', 'posted']], ['move', 'debit', 'credit']))
        found = collections.defaultdict(list)
        for row in posted:
            found[row['description']].append(lines.get(row['id'], Decimal(0)))
        return found

    def shipments(self):
        """Key → ways (from, to) of each shipment that is done."""
        found = collections.defaultdict(list)
        for row in self.tryton.search_read('stock.shipment.internal', [['state', '=', 'done']], ['reference', 'from_location', 'to_location']):
            found[row['reference']].append((row['from_location'], row['to_location']))
        return found

    def left_behind(self):
        """What no document should be after all is posted, in words; and what stands there twice."""
        tryton, problems = self.tryton, []
        for model, done in (('account.move', 'posted'), ('stock.shipment.internal', 'done'), ('stock.move', 'done')):
            count = tryton.count(model, [['state', '!=', done]])
            if count:
                problems.append('%d records of %s are not %s' % (count, model, done))
        problems += ['%d entries are posted with the key %s' % (len(found), key) for key, found in self.entries().items() if len(found) > 1]
        problems += ['%d shipments of one way are done with the key %s' % (len(ways), key)
                     for key, ways in self.shipments().items() if len(set(ways)) < len(ways)]
        claims = collections.Counter(row['fs_id'] for row in tryton.search_read('ir.model.data', [['module', '=', 'tillsync']], ['fs_id']))
        booked = set(self.entries()) | set(self.shipments())
        problems += ['the key %s is claimed %d times' % (key, count) for key, count in claims.items() if count > 1]
        problems += ['the key %s is booked and not claimed' % key for key in sorted(booked - set(claims))]
        problems += ['the key %s is claimed and not booked' % key for key in sorted(set(claims) - booked)]
        return problems


class HubBooks:
    """The hub's side, over its API. postings: filter of the hub's list, as `status=posted`."""

    def __init__(self, url, token):
        self.url, self.token = url, token

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={'Authorization': 'Bearer ' + self.token})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def pages(self, path):
        after = ''
        while True:
            page = self.get('%s%slimit=%d%s' % (path, '&' if '?' in path else '?', HUB_PAGE, after))
            yield from page['items']
            if not page.get('next'):
                return
            after = '&after=' + str(page['next'])

    def postings(self, query='status=posted'):
        return list(self.pages('/v1/postings?' + query))

    def journals(self, postings):
        """Of each: the posting as the ERP was told it."""
        return [self.get('/v1/postings/' + row['posting_id'])['posting'] for row in postings]

    def accounts(self, journals):
        return per((line['account'], Decimal(line.get('debit') or 0) - Decimal(line.get('credit') or 0)) for posting in journals for line in posting.get('journal', []))

    def stock(self):
        return per(((row['location'], row['sku']), Decimal(row['on_hand'])) for row in self.pages('/v1/stock'))


class Ledger:
    """Both sides together. The hub tells which store a key is of, as an entry of Tryton has no place for it; every figure is Tryton's."""

    def __init__(self, access, hub):
        self.erp, self.hub, self.store_of, self.newest = ErpBooks(access), hub, {}, 0
        self.perhaps_nothing = {}  # key → posting, of what moves neither money nor stock

    def learn_stores(self):
        """Keys that came since the last time; the hub lists the newest first."""
        newest = self.newest
        for row in self.hub.pages('/v1/postings'):
            if row['posting_no'] <= self.newest:
                break
            self.store_of[row['idempotency_key']] = row['location']
            if Decimal(row['gross']) == 0 and Decimal(row['units']) == 0:
                self.perhaps_nothing[row['idempotency_key']] = row['posting_id']
            newest = max(newest, row['posting_no'])
        self.newest = newest

    def summary(self):
        """Per store, in the form of the reference ERP's summary."""
        self.learn_stores()
        entries, shipments = self.erp.entries(), self.erp.shipments()
        keys = set(entries) | set(shipments)
        keys |= {key for key, posting in self.perhaps_nothing.items() if key not in keys and self.hub.get('/v1/postings/' + posting)['erp_reference'] == NOTHING}
        documents = collections.Counter(self.store_of.get(key, '?') for key in keys)
        gross = per((self.store_of.get(key, '?'), change) for key, changes in entries.items() for change in changes)
        units = per((code.split('/')[0], quantity) for (code, _), quantity in self.erp.stock().items())
        return {'locations': [{'location': store, 'documents': documents[store], 'gross': {'GBP': '%.2f' % gross.get(store, 0)},
                               'units': str(units.get(store, 0))} for store in sorted(set(documents) | set(units))]}


def serve(ledger, port):
    """A look at all books takes a while, so the last one is told again for some time."""
    last = {'at': None, 'took': 0.0, 'body': b''}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path != '/summary':
                return self.send_error(404)
            now = time.monotonic()
            if last['at'] is None or now - last['at'] > max(1.0, 1.5 * last['took']):
                try:
                    last['body'] = json.dumps(ledger.summary()).encode()
                except (OSError, TrytonError) as problem:
                    return self.send_error(503, str(problem)[:100])
                last['at'] = time.monotonic()
                last['took'] = last['at'] - now
            self.send_response(200)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(last['body'])))
            self.end_headers()
            self.wfile.write(last['body'])

        def log_message(self, *args):
            pass

    http.server.HTTPServer(('127.0.0.1', port), Handler).serve_forever()


def compare(ledger, items):
    """A table for people; True when all is equal. items: SKU → product at Tryton, where it has another code."""
    hub, erp = ledger.hub, ledger.erp
    ours, theirs = hub.accounts(hub.journals(hub.postings())), erp.accounts()
    names = {row['code']: row['name'] for row in erp.tryton.search_read('account.account', [['code', '!=', None]], ['code', 'name'])}
    print('%-8s%-26s%16s%16s' % ('account', '', 'hub', 'Tryton'))
    for code in sorted(set(ours) | set(theirs)):
        here, there = ours.get(code, Decimal(0)), theirs.get(code, Decimal(0))
        print('%-8s%-26s%16.2f%16.2f%s' % (code, names.get(code, ''), here, there, '' if here == there else '  DIFFERS'))
    stock = per(((store, items.get(sku, sku)), quantity) for (store, sku), quantity in hub.stock().items())
    there = per(((code.split('/')[0], product), quantity) for (code, product), quantity in erp.stock().items())
    wrong = [key for key in sorted(set(stock) | set(there)) if stock.get(key, 0) != there.get(key, 0)]
    for store, product in wrong[:10]:
        print('stock of %s at %s: hub %s, Tryton %s' % (product, store, stock.get((store, product), 0), there.get((store, product), 0)))
    problems = erp.left_behind()
    for problem in problems[:10]:
        print(problem)
    is_equal = ours == theirs and bool(ours) and not wrong and not problems
    print('%d accounts and the stock of %d products at %d stores %s.' % (
        len(theirs), len({product for _, product in there}), len({store for store, _ in there}),
        'are the same at the hub and at Tryton; nothing stands there twice or unfinished' if is_equal else 'were compared: they DIFFER'))
    return is_equal


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('action', choices=['serve', 'compare'])
    parser.add_argument('--erp', required=True, help='erp.json of the set-up')
    parser.add_argument('--hub', required=True, help='URL of the hub')
    parser.add_argument('--port', type=int, help='of serve')
    parser.add_argument('--products', help='list of product/1, which name the products at Tryton (erp_item)')
    options = parser.parse_args()
    with open(options.erp, encoding='utf-8') as file:
        access = json.load(file)
    ledger = Ledger(access, HubBooks(options.hub, os.environ.get('TILLSYNC_TOKEN', '')))
    if options.action == 'serve':
        serve(ledger, options.port)
    items = {}
    if options.products:
        with open(options.products, encoding='utf-8') as file:
            items = {row['sku']: row['erp_item'] for row in json.load(file) if row.get('erp_item')}
    sys.exit(0 if compare(ledger, items) else 1)


if __name__ == '__main__':
    main()
