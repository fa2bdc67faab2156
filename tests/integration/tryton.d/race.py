"""Two hubs with the same documents post to one Tryton at the same time: one entry and one shipment per key, and both hubs know it."""
import books
import chain
import refusals

STORE = 'R2'
DOCUMENTS = 40


def plan(stand):
    return {'products': [('R-RACED', 'Sold twice')], 'locations': [STORE]}


def run(stand):
    stand.await_tryton()
    hubs = [stand.hub('racer-%d' % no, stand.tryton.port) for no in (1, 2)]
    documents = [{**refusals.sale('race-%d' % no, sku='R-RACED'), 'till': STORE + '-1'} for no in range(DOCUMENTS)]
    for hub in hubs:
        # Both have everything before the first may post.
        hub.start(**{**stand.erp_settings(), 'TILLSYNC_HUB_ERP_URL': ''})
        hub.put_location({'contract': 'location/1', 'id': STORE, 'name': 'Store of the race', 'status': 'open', 'tills': [{'id': STORE + '-1'}]})
        hub.put_products([{'contract': 'product/1', 'sku': 'R-RACED', 'description': 'Sold twice', 'kind': 'goods'}])
        hub.start_agent(STORE)
        hub.sell(STORE, documents)
        chain.wait_until('all documents at ' + hub.name, lambda: refusals.statuses(hub) == {'queued': DOCUMENTS}, progress=lambda: refusals.statuses(hub))
        hub.program.stop()
    for hub in hubs:
        hub.start(**stand.erp_settings())
    for hub in hubs:
        chain.wait_until('all postings of ' + hub.name, lambda: refusals.statuses(hub) == {'posted': DOCUMENTS}, progress=lambda: refusals.statuses(hub))
    there = books.ErpBooks(stand.access)
    keys = [{row['idempotency_key'] for row in books.HubBooks(hub.url, hub.token).postings()} for hub in hubs]
    if keys[0] != keys[1]:
        raise chain.Failed('the hubs have other keys for the same documents')
    entries, shipments = there.entries(), there.shipments()
    for key in keys[0]:
        if len(entries.get(key, ())) != 1 or len(shipments.get(key, ())) != 1:
            raise chain.Failed('key %s has %d entries and %d shipments' % (key, len(entries.get(key, ())), len(shipments.get(key, ()))))
    problems = there.left_behind()
    if problems:
        raise chain.Failed('; '.join(problems[:10]))
    references = [{row['idempotency_key']: row['erp_reference'] for row in books.HubBooks(hub.url, hub.token).postings()} for hub in hubs]
    if references[0] != references[1]:
        raise chain.Failed('the hubs name other entries for the same keys')
    chain.say('%d keys posted by two hubs at once: one entry and one shipment each, the same reference at both hubs' % DOCUMENTS)
