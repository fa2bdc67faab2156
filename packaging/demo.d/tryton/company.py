"""Fills an empty Tryton 6.0 database with the demo's company; `setup` runs it.

Records are made in lists through the same methods that a client calls, because one record at a time would take minutes for
some thousand products. Codes are Tillsync's: accounts as in the hub's chart, stock locations by location id, taxes by name.
"""
import argparse
import datetime
import json
import re
import sys
from decimal import Decimal

from proteus import config

# code, name, kind. The hub's default chart; the kinds are the types below.
ACCOUNTS = [
    ('1000', 'Cash', 'cash'),
    ('1005', 'Safe', 'cash'),
    ('1010', 'Card clearing', 'cash'),
    ('1020', 'Cheques', 'cash'),
    ('1030', 'Bank transfers', 'cash'),
    ('1040', 'Mobile payments', 'cash'),
    ('1090', 'Other tenders', 'cash'),
    ('1100', 'Receivable', 'receivable'),
    ('2000', 'Payable', 'payable'),
    ('2100', 'Gift cards', 'liability'),
    ('2110', 'Deposits taken', 'liability'),
    ('2120', 'Loyalty points', 'liability'),
    ('2130', 'Tips', 'liability'),
    ('2140', 'Donations', 'liability'),
    ('2200', 'Value added tax', 'liability'),
    ('4000', 'Sales of goods', 'revenue'),
    ('4100', 'Services', 'revenue'),
    ('4200', 'Shipping', 'revenue'),
    ('4300', 'Fees', 'revenue'),
    ('4800', 'Discounts given', 'revenue'),
    ('4900', 'Other revenue', 'revenue'),
    ('5000', 'Cost of goods', 'expense'),
    ('6900', 'Cash rounding', 'expense'),
    ('6910', 'Over and short', 'expense'),
    ('6920', 'Petty cash', 'expense'),
]
TYPES = {
    'cash': ('Cash and clearing', {'statement': 'balance', 'assets': True}),
    'receivable': ('Receivable', {'statement': 'balance', 'assets': True, 'receivable': True}),
    'payable': ('Payable', {'statement': 'balance', 'payable': True}),
    'liability': ('Liabilities', {'statement': 'balance'}),
    'revenue': ('Revenue', {'statement': 'income', 'revenue': True}),
    'expense': ('Expense', {'statement': 'income', 'expense': True}),
}
# name = the tax code of the till, description, rate
TAXES = [('S', 'VAT standard rate', '0.20'), ('R', 'VAT reduced rate', '0.05'), ('Z', 'VAT zero rate', '0'), ('E', 'Exempt from VAT', '0'),
    ('O', 'Outside the scope of VAT', '0')]
# What the stores' stock comes from and goes to. "In transit" is the company's own stock, the others are not.
COUNTERPARTS = [
    ('TILL-SOLD', 'Sold at the tills', 'lost_found'),
    ('TILL-RECEIVED', 'Received at the stores', 'lost_found'),
    ('TILL-ADJUSTED', 'Counted and adjusted at the stores', 'lost_found'),
    ('TILL-TRANSIT', 'In transit between the stores', 'storage'),
]
STATES = ['damaged', 'quarantine']  # of goods that are there but not for sale
CLOSED_PERIOD = datetime.date(2010, 1, 1)
PRODUCTS_AT_ONCE = 500


class Server:
    """The database, called as a client calls it."""

    def __init__(self, conf):
        self.conf = conf
        self.context = {}

    def call(self, model, method, *args):
        return getattr(self.conf.get_proxy(model), method)(*args, self.context)

    def create(self, model, records):
        return self.call(model, 'create', records)

    def new(self, model, /, **values):
        return self.create(model, [values])[0]

    def search(self, model, *domain):
        return self.call(model, 'search', list(domain), 0, None, [('id', 'ASC')])

    def one(self, model, *domain):
        ids = self.search(model, *domain)
        if not ids:
            sys.exit('company: Tryton has no %s with %r' % (model, domain))
        return ids[0]


def add_company(server, years):
    pound, euro = server.create('currency.currency', [
        {'name': 'Pound sterling', 'symbol': '£', 'code': 'GBP', 'numeric_code': '826', 'rounding': Decimal('0.01'), 'digits': 2},
        {'name': 'Euro', 'symbol': '€', 'code': 'EUR', 'numeric_code': '978', 'rounding': Decimal('0.01'), 'digits': 2},
        ])
    first_day = datetime.date(years[0], 1, 1)
    server.create('currency.currency.rate', [
        {'currency': pound, 'date': first_day, 'rate': Decimal('1')},
        {'currency': euro, 'date': first_day, 'rate': Decimal('1.2')},
        ])
    party = server.new('party.party', name='Demo Retail Ltd')
    company = server.new('company.company', party=party, currency=pound)
    user = server.one('res.user', ('login', '=', 'admin'))
    server.call('res.user', 'write', [user], {'companies': [('add', [company])], 'company': company})
    server.context = {'company': company, 'language': 'en'}
    return company


def add_chart(server, company):
    types = {}
    for kind, (name, values) in TYPES.items():
        types[kind] = server.new('account.account.type', name=name, company=company, **values)
    root = server.new('account.account', name='Demo chart', company=company)
    ids = server.create('account.account', [
        {'code': code, 'name': name, 'type': types[kind], 'company': company, 'parent': root,
            # Tryton wants a party on each line of what customers and suppliers owe.
            'party_required': kind in ('receivable', 'payable'), 'reconcile': kind in ('receivable', 'payable')}
        for code, name, kind in ACCOUNTS])
    accounts = {code: id_ for (code, _, _), id_ in zip(ACCOUNTS, ids)}
    server.create('account.tax', [
        {'name': name, 'description': description, 'type': 'percentage', 'rate': Decimal(rate), 'company': company,
            'invoice_account': accounts['2200'], 'credit_note_account': accounts['2200']}
        for name, description, rate in TAXES])
    server.new('account.journal', name='Tills', code='TILL', type='general',
        sequence=server.new('ir.sequence', name='Tills', company=company,
            sequence_type=server.one('ir.sequence.type', ('name', '=', 'Account Journal'))))


def add_years(server, company, years):
    sequence_type = server.one('ir.sequence.type', ('name', '=', 'Account Move'))
    for year in years:
        # With the year in front a number names one entry, also where each year begins at 1.
        sequence = server.new('ir.sequence', name='Posted moves %d' % year, prefix='%d/' % year, company=company, sequence_type=sequence_type)
        fiscal_year = server.new('account.fiscalyear', name=str(year), company=company, post_move_sequence=sequence,
            start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31))
        server.call('account.fiscalyear', 'create_period', [fiscal_year])
    closed = server.search('account.period', ('start_date', '=', CLOSED_PERIOD), ('company', '=', company))
    if closed:
        server.call('account.period', 'close', closed)


def add_locations(server, locations):
    # Tryton's own first warehouse is named WH; a Tillsync location may be as well, and a code must name one location.
    own = server.search('stock.location', ('code', 'in', ['WH', 'IN', 'OUT', 'STO']))
    for record in server.call('stock.location', 'read', own, ['code']):
        server.call('stock.location', 'write', [record['id']], {'code': 'TRYTON-' + record['code']})
    server.create('stock.location', [{'code': code, 'name': name, 'type': kind} for code, name, kind in COUNTERPARTS])
    stores = server.create('stock.location', [{'code': id_, 'name': 'Store ' + id_, 'type': 'storage'} for id_ in locations])
    server.create('stock.location', [
        {'code': '%s/%s' % (id_, state), 'name': 'Store %s, %s' % (id_, state), 'type': 'storage', 'parent': store}
        for id_, store in zip(locations, stores) for state in STATES])


def add_products(server, path):
    # Tryton's own "Unit" knows no fractions; tills sell by weight and length as well, with up to 3 decimals.
    unit = server.new('product.uom', name='Till unit', symbol='u', category=server.one('product.uom.category', ('name', '=', 'Units')),
        rate=1.0, factor=1.0, rounding=0.001, digits=3)
    products = {}
    if path:
        with open(path, encoding='utf-8') as lines:
            for number, line in enumerate(lines, 1):
                sku, _, name = line.rstrip('\n').partition('\t')
                if sku:
                    products.setdefault(sku, name or sku)
                elif line.strip():
                    sys.exit('company: %s:%d has no SKU' % (path, number))
    rows = list(products.items())
    for start in range(0, len(rows), PRODUCTS_AT_ONCE):
        server.create('product.template', [
            # A product's code is its template's with its own suffix behind.
            {'name': name, 'code': sku, 'default_uom': unit, 'type': 'goods', 'list_price': Decimal(0),
                'products': [('create', [{}])]}
            for sku, name in rows[start:start + PRODUCTS_AT_ONCE]])
    return len(rows)


def add_user(server, company, password):
    """The user that posts: may book and move stock, and may write ir.model.data, the one table of a Tryton without further
    modules that can hold a key that must be unique."""
    group = server.new('res.group', name='Tillsync')
    # What an attempt that failed has left as drafts is deleted again, which Tryton leaves to administrators otherwise.
    models = ['ir.model.data', 'account.move', 'account.move.line', 'account.tax.line', 'stock.shipment.internal', 'stock.move']
    server.create('ir.model.access', [
        {'model': server.one('ir.model', ('model', '=', model)), 'group': group, 'perm_read': True, 'perm_write': True,
            'perm_create': True, 'perm_delete': True, 'description': 'Tillsync: postings'}
        for model in models])
    groups = [group, server.one('res.group', ('name', '=', 'Account')), server.one('res.group', ('name', '=', 'Stock'))]
    server.new('res.user', name='Tillsync', login='tillsync', password=password, language=server.one('ir.lang', ('code', '=', 'en')),
        groups=[('add', groups)], companies=[('add', [company])], company=company)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--config', required=True)
    parser.add_argument('--database', required=True)
    parser.add_argument('--url', required=True)
    parser.add_argument('--password-file', required=True)
    parser.add_argument('--locations', required=True)
    parser.add_argument('--products')
    parser.add_argument('--out', required=True)
    options = parser.parse_args()
    locations = [id_ for id_ in options.locations.split(',') if id_]
    if not locations or len(set(locations)) != len(locations) or any(not re.fullmatch(r'[^\s/]{1,64}', id_) for id_ in locations):
        sys.exit('company: --locations wants ids that differ, with commas between them')
    with open(options.password_file, encoding='utf-8') as file:
        password = file.read().strip()

    server = Server(config.set_trytond(database=options.database, user='admin', config_file=options.config))
    years = sorted({2010, 2011, datetime.date.today().year})
    company = add_company(server, years)
    add_chart(server, company)
    add_years(server, company, years)
    add_locations(server, locations)
    products = add_products(server, options.products)
    server.new('party.party', name='Customers of the tills', code='TILLS')
    add_user(server, company, password)

    answer = {'url': options.url, 'database': options.database, 'user': 'tillsync', 'password': password, 'company': str(company),
        'currency': 'GBP', 'locations': locations, 'products': products}
    with open(options.out, 'w', encoding='utf-8') as file:
        json.dump(answer, file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
