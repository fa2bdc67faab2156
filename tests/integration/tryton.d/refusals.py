"""What Tryton or the hub itself refuses becomes the right exception with its remedy, holds nothing else, and goes through once it is mended."""
import json

import books
import chain
import invoices
import tryton_api

STORE = 'R1'
KNOWN, UNKNOWN = 'R-KNOWN', 'R-UNKNOWN'
CLOSED_DAY, OPEN_DAY = '2010-01-15', '2010-12-01'
GOOD = 15
SOLD_EACH = 6


def plan(stand):
    return {'products': [(KNOWN, 'Known to all')], 'locations': [STORE]}


def sale(number, day=OPEN_DAY, sku=KNOWN, tendered='18.36'):
    return {'contract': 'sale/1', 'till': STORE + '-1', 'document_no': number, 'business_date': day, 'occurred_at': day + 'T09:00:00Z', 'currency': 'GBP',
            'prices_include_tax': False,
            'lines': [{'line_no': 1, 'kind': 'goods', 'sku': sku, 'qty': str(SOLD_EACH), 'unit_price': '2.55', 'amount': '15.30', 'tax_codes': ['S']}],
            'tax_summary': [{'code': 'S', 'rate': '0.2', 'base': '15.30', 'amount': '3.06'}],
            'tenders': [{'tender_no': 1, 'type': 'card', 'amount': tendered}],
            'totals': {'net': '15.30', 'tax': '3.06', 'gross': '18.36', 'rounding': '0.00'}}


def run(stand):
    stand.await_tryton()
    hub = stand.hub('refusals', stand.tryton.port)
    hub.start(**stand.erp_settings())
    hub.put_location({'contract': 'location/1', 'id': STORE, 'name': 'Store of refusals', 'status': 'open', 'tills': [{'id': STORE + '-1'}]})
    hub.put_products([{'contract': 'product/1', 'sku': sku, 'description': sku, 'kind': 'goods'} for sku in (KNOWN, UNKNOWN)])
    hub.start_agent(STORE)
    planted = [sale('closed', day=CLOSED_DAY), sale('unknown', sku=UNKNOWN), sale('unbalanced', tendered='18.00')]
    # They stand among others, in one batch with them.
    hub.sell(STORE, [sale('first-%d' % no) for no in range(GOOD)] + planted + [sale('last-%d' % no) for no in range(GOOD)])
    chain.wait_until('%d good postings, two refusals and one that is held' % (2 * GOOD), lambda: statuses(hub) == {'posted': 2 * GOOD, 'refused': 2, 'held': 1},
                     progress=lambda: statuses(hub))
    found = {case['code']: case for case in hub.get('/v1/exceptions?status=open&location=' + STORE)['items'] if case['code'].startswith('posting.')}
    if set(found) != {'posting.closed_period', 'posting.unknown_item', 'posting.unbalanced'}:
        raise chain.Failed('other exceptions than planted: %s' % sorted(found))
    for code, cause in (('posting.closed_period', 'period:2010-01'), ('posting.unknown_item', 'sku:' + UNKNOWN)):
        if found[code]['cause_key'] != cause:
            raise chain.Failed('%s has the cause %s, not %s' % (code, found[code]['cause_key'], cause))
    for case in found.values():
        if not (case['remedy'] and case['meaning'] and case['owner'] and case['due_at'] and case['subject'].startswith('p_')):
            raise chain.Failed('an exception without remedy, owner or time: %s' % case)
    nothing_at_tryton(stand, [found[code]['subject'] for code in found])
    chain.say('refused as planted: ' + ', '.join('%s (%s)' % (code, found[code]['cause_key']) for code in sorted(found)))

    mended = mend(hub, found)
    chain.wait_until('what was mended', lambda: statuses(hub).get('posted') == 2 * GOOD + len(mended), progress=lambda: statuses(hub))
    chain.wait_until('the exceptions to be settled', lambda: all(
        hub.get('/v1/exceptions/' + found[code]['exception_id'])['status'] == 'resolved' for code in mended))
    there = books.ErpBooks(stand.access)
    here = books.HubBooks(hub.url, hub.token)
    keys = {row['idempotency_key'] for row in here.postings()}
    entries = {key: changes for key, changes in there.entries().items() if key in keys}
    if set(entries) != keys or any(len(changes) != 1 for changes in entries.values()):
        raise chain.Failed('Tryton has not one entry per key')
    sold = sum(here.stock().values())  # of both SKUs, which are one product at Tryton now
    sold += SOLD_EACH * (len(found) - len(mended))
    invoices.equal('stock of the store', {(STORE, KNOWN): sold},
                   {key: quantity for key, quantity in there.stock().items() if key[0] == STORE})
    problems = there.left_behind()
    if problems:
        raise chain.Failed('; '.join(problems[:10]))
    chain.say('mended and posted: ' + ', '.join(sorted(mended)))


def mend(hub, found):
    """What the remedies say, through the hub alone; a correction also sends the posting again. Codes of what was mended."""
    status, body = hub.call('PUT', '/v1/products/' + UNKNOWN, {'contract': 'product/1', 'sku': UNKNOWN, 'description': UNKNOWN, 'kind': 'goods', 'erp_item': KNOWN,
                                                               'version': 2})
    if status not in (200, 201):
        raise chain.Failed('the product could not be mapped: %s' % body)
    act(hub, '/v1/exceptions/%s/retry' % found['posting.unknown_item']['exception_id'], {'reason': 'mapped to an item'})
    correct(hub, found['posting.closed_period'], {'posting_date': OPEN_DAY})
    correct(hub, found['posting.unbalanced'], {'added_lines': [{'account': '6900', 'debit': '0.36'}]})
    return list(found)


def correct(hub, case, correction):
    act(hub, '/v1/exceptions/%s/correct' % case['exception_id'], {'reason': 'as finance says', 'correction': correction})


def act(hub, path, body):
    status, answer = hub.call('POST', path, body)
    if status != 200:
        raise chain.Failed('POST %s gave %d: %s' % (path, status, json.dumps(answer)))


def statuses(hub):
    counts = {}
    for row in books.HubBooks(hub.url, hub.token).postings(''):
        counts[row['status']] = counts.get(row['status'], 0) + 1
    return counts


def nothing_at_tryton(stand, keys):
    there = tryton_api.Tryton(stand.access)
    for model, field in (('account.move', 'description'), ('stock.shipment.internal', 'reference'), ('ir.model.data', 'fs_id')):
        count = there.count(model, [[field, 'in', keys]])
        if count:
            raise chain.Failed('%d records of %s were left behind by what was refused' % (count, model))
