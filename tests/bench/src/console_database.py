"""A hub's database of the size of a large chain. Documents go through the hub's own writer (POST /v1/documents); what the ERP and the agents would
have done to it is written into the tables as the hub leaves them: postings acknowledged or refused, agents enrolled."""
import datetime
import http.client
import json
import sqlite3
import time

DAYS, TILLS, SKUS, PER_REQUEST = 10, 2, 2_000, 500
REFUSED_SHARE = 0.01
UNKNOWN_SKU_EVERY = 5_000  # documents


def location_of(number):
    return 'L%05d' % number


def micros(instant):
    return int(instant.timestamp() * 1_000_000)


class Api:
    """One connection that is kept."""

    def __init__(self, port, token):
        self.port, self.token, self.calls = port, token, 0
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=120)

    def call(self, method, path, body=None):
        """Status, text and seconds."""
        self.calls += 1
        headers = {'Authorization': 'Bearer ' + self.token, 'Content-Type': 'application/json', 'Idempotency-Key': 'bench-%d-%d' % (id(self), self.calls)}
        begun = time.perf_counter()
        self.connection.request(method, path, body=body, headers=headers if body is not None or method != 'GET' else {'Authorization': headers['Authorization']})
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, text, time.perf_counter() - begun

    def must(self, method, path, body=None):
        status, text, _ = self.call(method, path, body)
        if status >= 300:
            raise SystemExit('console bench: %s %s gave %d: %s' % (method, path, status, text[:300].decode(errors='replace')))
        return json.loads(text)


SALE = ('{"contract":"sale/1","location":"%s","source":"POS","till":"%s","document_no":"%d","business_date":"%s","occurred_at":"%s","currency":"GBP","correlation_id":"order-%d",'
        '"lines":[{"line_no":1,"kind":"goods","sku":"%s","qty":"2","unit_price":"5.00","amount":"10.00","tax_codes":["S"]}],'
        '"tax_summary":[{"code":"S","rate":"0.2","base":"10.00","amount":"2.00"}],"tenders":[{"tender_no":1,"type":"card","amount":"12.00"}],'
        '"totals":{"net":"10.00","tax":"2.00","gross":"12.00","rounding":"0.00"}}')
CLOSE = ('{"contract":"till-close/1","location":"%s","source":"POS","till":"%s","document_no":"Z-%s-%d","z_no":"%s-%d","business_date":"%s","occurred_at":"%s","counts":{"sale":%d},'
         '"totals":[{"currency":"GBP","net":"%d.00","tax":"%d.00","gross":"%d.00"}],"tenders":[{"type":"card","currency":"GBP","expected":"%d.00"}]}')


def put_masterdata(api, locations):
    products = ['{"contract":"product/1","sku":"S%04d","description":"Product %d","kind":"goods"}' % (no, no) for no in range(SKUS)]
    for at in range(0, SKUS, PER_REQUEST):
        api.must('PUT', '/v1/products', '[' + ','.join(products[at:at + PER_REQUEST]) + ']')
    for no in range(locations):
        name = location_of(no)
        tills = ','.join('{"id":"%s-%d"}' % (name, till + 1) for till in range(TILLS))
        api.must('PUT', '/v1/locations/' + name, '{"contract":"location/1","id":"%s","name":"Store %d","status":"open","tills":[%s]}' % (name, no, tills))


def documents(count, locations, today):
    """Every store sells on each of the last days; nine tenths of the tills have closed each day, those of today none."""
    dates = [(today - datetime.timedelta(days=DAYS - 1 - day)).isoformat() for day in range(DAYS)]
    closes = locations * TILLS * (DAYS - 1) * 9 // 10
    sales = max(locations, count - closes)
    sold = {}
    for number in range(sales):
        day = number * DAYS // sales
        store = number % locations
        name, till = location_of(store), (number // locations) % TILLS + 1
        key = (day, store, till)
        sold[key] = sold.get(key, 0) + 1
        sku = 'NOSUCH%d' % (number % 7) if number % UNKNOWN_SKU_EVERY == 1 else 'S%04d' % (number % SKUS)
        yield SALE % (name, '%s-%d' % (name, till), number, dates[day], dates[day] + 'T10:00:00Z', number, sku)
    for day in range(DAYS - 1):
        for store in range(locations):
            name = location_of(store)
            for till in range(1, TILLS + 1):
                if (store + till + day) % 10 == 0:
                    continue
                n = sold.get((day, store, till), 0)
                # One store in a hundred has counted something else.
                gross = n * 12 + (1 if store % 100 == 7 else 0)
                yield CLOSE % (name, '%s-%d' % (name, till), name, day, name, day, dates[day], dates[day] + 'T20:00:00Z', n, n * 10, n * 2, gross, gross)


def send_documents(api, made):
    batch, sent, begun = [], 0, time.time()
    for document in made:
        batch.append(document)
        if len(batch) == PER_REQUEST:
            api.must('POST', '/v1/documents', '[' + ','.join(batch) + ']')
            sent, batch = sent + len(batch), []
            if sent % 100_000 == 0:
                print('  %d documents after %d s' % (sent, time.time() - begun), flush=True)
    if batch:
        api.must('POST', '/v1/documents', '[' + ','.join(batch) + ']')
    return sent + len(batch)


def forward(database, now):
    """As the forwarder leaves the tables: most are posted, one in a hundred is refused for one of three hundred items."""
    db = sqlite3.connect(database)
    at = micros(now)
    db.execute('BEGIN IMMEDIATE')
    step = int(1 / REFUSED_SHARE)
    db.execute("UPDATE posting SET status = 'posted', is_open = 0, attempts = 1, erp_reference = 'JE-' || posting_no, updated_at = ? WHERE status = 'queued' AND (posting_no / 2) % ? <> 0", (at, step))
    db.execute("UPDATE posting SET status = 'refused', attempts = 1, last_error = 'unknown_item: item is not known', updated_at = ? WHERE status = 'queued' AND (posting_no / 2) % ? = 0 AND"
               " (posting_no / 2) % 1000 <> 0", (at, step))
    db.execute("INSERT INTO posting_history (posting_no, status, who, detail, at) SELECT posting_no, status, 'hub', CASE status WHEN 'posted' THEN erp_reference ELSE last_error END, ? FROM posting"
               " WHERE status IN ('posted', 'refused') ORDER BY posting_no", (at,))
    db.execute('DELETE FROM posting_total')
    db.execute('INSERT INTO posting_total SELECT location, coalesce(business_date, 0), currency, kind, status, count(*), sum(gross_minor), sum(units_milli) FROM posting GROUP BY 1, 2, 3, 4, 5')
    db.execute('DELETE FROM posting_count')
    db.execute('INSERT INTO posting_count SELECT status, count(*) FROM posting GROUP BY status')
    db.execute("INSERT INTO exception_case (exception_id, code, subject, generation, owner, cause_key, location, event_no, pointer, detail, occurrences, status, assignee, raised_at, last_raised_at,"
               " due_at, worth_minor, worth_currency) SELECT 'x_bench' || posting_no, 'posting.unknown_item', posting_id, 1, 'master_data', 'sku:' || ((posting_no / 200) % 300), location, event_no, '',"
               " 'unknown_item: item is not known (' || kind || ' of ' || location || ')', 1, 'open', '', ? - posting_no, ? - posting_no, ? + 3600000000 * (posting_no % 48 - 12), abs(gross_minor), currency"
               " FROM posting WHERE status = 'refused' ORDER BY posting_no", (at, at, at))
    db.execute("INSERT INTO exception_step (exception_no, action, who, reason, at) SELECT exception_no, 'raised', 'hub', '', raised_at FROM exception_case WHERE exception_id LIKE 'x_bench%'")
    db.commit()
    db.close()


def enrol(database, agents, now):
    db = sqlite3.connect(database)
    at = micros(now)
    rows = [('a_%05d' % no, 'key-%d' % no, location_of(no), 'PC %d' % no, '0.1.0', 'active', 'bench', at - 86_400_000_000, at - (no % 200) * 1_000_000, no % 50, no % 50, 40 << 30, (no % 100) * 1_000,
             'pc-%d' % no) for no in range(agents)]
    db.executemany('INSERT INTO agent (agent_id, public_key, location, name, version, standing, enrolment_token_id, enrolled_at, last_seen, backlog, oldest_unsent_s, disk_free_bytes, clock_skew_us, host)'
                   ' VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)', rows)
    db.commit()
    db.close()
