"""Tryton over JSON-RPC, as any of its clients speaks to it: for the demo's and the tests' own look at its books. The hub does not use it."""
import base64
import http.client
import json
import urllib.parse
from decimal import Decimal

ANSWER_WAIT_S = 120
IDS_AT_ONCE = 2000


class TrytonError(Exception):
    """Tryton has answered with an error: args[0] is its kind, the rest what it says."""


def decoded(value):
    kind = value.get('__class__')
    if kind == 'Decimal':
        return Decimal(value['decimal'])
    if kind == 'date':
        return '%04d-%02d-%02d' % (value['year'], value['month'], value['day'])
    return value


def date(text):
    year, month, day = text.split('-')
    return {'__class__': 'date', 'year': int(year), 'month': int(month), 'day': int(day)}


class Tryton:
    """access: what `setup` writes into erp.json. Not for several threads at once."""

    def __init__(self, access):
        url = urllib.parse.urlsplit(access['url'])
        self.host, self.port = url.hostname, url.port
        self.path = '/%s/' % access['database']
        self.context = {'company': int(access['company']), 'language': 'en'}
        user_id, token = self._ask('common.db.login', [access['user'], {'password': access['password']}], {})
        session = '%s:%d:%s' % (access['user'], user_id, token)
        self.headers = {'Authorization': 'Session ' + base64.b64encode(session.encode()).decode()}

    def _ask(self, method, params, headers):
        body = json.dumps({'id': 1, 'method': method, 'params': params})
        connection = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_WAIT_S)
        try:
            connection.request('POST', self.path, body, {'Content-Type': 'application/json', **headers})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise TrytonError('status %d' % response.status, text[:300].decode(errors='replace'))
        answer = json.loads(text, object_hook=decoded)
        if 'error' in answer:
            raise TrytonError(*answer['error'])
        return answer['result']

    def call(self, method, *params, **context):
        return self._ask('model.' + method, [*params, {**self.context, **context}], self.headers)

    def search_read(self, model, domain, fields, **context):
        return self.call(model + '.search_read', domain, 0, None, [['id', 'ASC']], fields, **context)

    def count(self, model, domain):
        return self.call(model + '.search_count', domain)

    def read(self, model, ids, fields, **context):
        rows = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            rows += self.call(model + '.read', ids[start:start + IDS_AT_ONCE], fields, **context)
        return rows
