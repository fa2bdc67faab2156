"""500 invoices of a real retailer, while Tryton is killed three times and every 20th answer is lost: Tryton's own balances are the hub's."""
import json
import subprocess

import books
import chain
import cutting_proxy
import real_data

CUT_EVERY = 20
KILLS_AT = (0.2, 0.45, 0.7)  # shares of what is to be posted


def plan(stand):
    made = real_data.plan(stand)
    stand.invoices = made
    return made


def run(stand):
    made = stand.invoices
    # Agents and hub take the documents while Tryton is still being set up.
    hub = stand.hub('hub', 0)
    hub.start(TILLSYNC_HUB_ERP_URL='', TILLSYNC_HUB_ERP_SETTINGS_DATABASE='tills', TILLSYNC_HUB_ERP_SETTINGS_PASSWORD='none yet')
    for location in made['location_files']:
        hub.put_location(location)
    hub.put_products(made['product_list'])
    for location in made['locations']:
        hub.start_agent(location)
    doors = stand.work / 'agents.tsv'
    doors.write_text(''.join('%s\t%s\n' % door for door in hub.doors.items()))
    replay = subprocess.run([stand.bin / 'tillsync-replay', 'post', *made['source'], '--agents', doors, '--sums', stand.work / 'pos.json'],
                            capture_output=True, text=True)
    if replay.returncode != 0:
        raise chain.Failed('the sales could not be posted: ' + replay.stderr)
    chain.say(replay.stdout.strip())
    sums = json.loads((stand.work / 'pos.json').read_text())['locations']
    total = sum(row['documents'] for row in sums)
    chain.wait_until('all documents at the hub', lambda: at_hub(hub) == total, progress=lambda: at_hub(hub))
    for agent in hub.agents.values():
        agent.stop()

    stand.await_tryton()
    proxy = cutting_proxy.CuttingProxy(stand.tryton.port, CUT_EVERY)
    stand.proxies.append(proxy)
    hub.program.stop()
    hub.environment['TILLSYNC_HUB_ERP_URL'] = 'http://127.0.0.1:%d' % proxy.port
    hub.start(**stand.erp_settings())
    for share in KILLS_AT:
        chain.wait_until('%d postings at Tryton' % (share * total), lambda: posted(hub) >= share * total, progress=lambda: posted(hub))
        stand.tryton.kill()
        chain.say('Tryton killed with %d of %d posted' % (posted(hub), total))
        broken = proxy.broken
        chain.wait_until('a request that does not get through', lambda: proxy.broken > broken)
        stand.tryton.start()
    chain.wait_until('all postings at Tryton', lambda: posted(hub) == total, progress=lambda: posted(hub))
    chain.say('%d posted; %d of %d answers were cut: %s' % (total, proxy.cuts, proxy.answers, proxy.cut_effects))
    proxy.cut_every = 0

    here, there = books.HubBooks(hub.url, hub.token), books.ErpBooks(stand.access)
    equal('accounts', here.accounts(here.journals(here.postings())), there.accounts())
    equal('stock per location and product', made['by_item'](here.stock()), there.stock())
    problems = there.left_behind()
    if problems:
        raise chain.Failed('; '.join(problems[:10]))
    keys = {row['idempotency_key'] for row in here.postings() if row['erp_reference'] != books.NOTHING}
    if set(there.entries()) | set(there.shipments()) != keys:
        raise chain.Failed('Tryton has other keys than the hub')
    chain.say('accounts, stock and keys are the same at Tryton and at the hub')


def at_hub(hub):
    return sum(row['hub']['documents'] for row in hub.get('/v1/reconciliation')['items'])


def posted(hub):
    return sum(row['erp']['documents'] for row in hub.get('/v1/reconciliation')['items'])


def equal(what, ours, theirs):
    wrong = ['%s: hub %s, Tryton %s' % (key, ours.get(key, 0), theirs.get(key, 0)) for key in sorted(set(ours) | set(theirs)) if ours.get(key, 0) != theirs.get(key, 0)]
    if wrong or not ours:
        raise chain.Failed('%s differ in %d of %d: %s' % (what, len(wrong), len(ours), '; '.join(wrong[:10])))
