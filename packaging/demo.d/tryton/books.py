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
ASSETS = '1'  # first figure of the accounts that tenders go to in the hub's chart
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
        """Key → changes of cash, clearing and receivable, of each posted entry: one list per key, with one number per entry."""
        posted = self.tryton.search_read('account.move', [['state', '=', 'posted']], ['description'])
        lines = per((row['move'], Decimal(row['debit']) - Decimal(row['credit'])) for row in self.tryton.search_read(
            'account.move.line', [['account.code', 'like', ASSETS + '%'], ['move.state', '=', 'posted']], ['move', 'debit', 'credit']))
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
