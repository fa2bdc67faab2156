# A Journal Entry for the journal and up to two Stock Entries for the stock, submitted by one call: frappe.client.insert_many
# runs in one transaction, so either all of them stand or none.
. as $in | .settings as $s | .answers as $a
| def json_setting($name): $s[$name] | try fromjson catch error("the setting \($name) is not JSON");
json_setting("accounts") as $accounts | json_setting("warehouses") as $warehouses
| json_setting("cost_centers") as $cost_centers | json_setting("stock_accounts") as $stock_accounts
| def call($name; $method; $effect; $body):
    {request: {name: $name, method: "POST", path: "/api/method/\($method)", effect: $effect,
               headers: {authorization: "token \($s.api_key):\($s.api_secret)", accept: "application/json"}, body: $body}};
def read($name; $doctype; $filters; $fields):
  call($name; "frappe.client.get_list"; false; {doctype: $doctype, filters: $filters, fields: $fields, limit_page_length: 0});
def rows($name): $a[$name].body.message // [];
def outcomes(f): {outcomes: [$in.postings[] | f]};
def refusal($code; $text): {status: "refused", code: $code, text: $text};

# Frappe wraps messages for people into JSON twice, with HTML in them.
def message($name):
  ($a[$name].body | objects | (._server_messages // "[]" | try fromjson catch []) | map(try (fromjson | .message) catch .) | map(strings) | map(gsub("<[^>]*>"; ""))) as $texts
  | if ($texts | length) > 0 then $texts | join("; ")
    else $a[$name].body | objects | .exception // .exc_type // "no message" end;
def text($name): (message($name) // "ERPNext answered \($a[$name].status) without JSON");
def exception($name): ($a[$name].body | objects | .exc_type) // "";
def code_of($exception; $text):
  if $exception | IN("ClosedAccountingPeriod", "FiscalYearError", "StockFrozenError", "BackDatedStockTransaction") then "closed_period"
  elif $text | test("Books have been closed|closed Accounting Period|entries before|Fiscal Year|Stock transactions before"; "i") then "closed_period"
  elif $text | test("Debit.*Credit.*(not equal|must be equal)|must be equal to Total Credit"; "i") then "unbalanced"
  elif $text | test("Could not find.*Warehouse|Warehouse .*(does not|disabled)"; "i") then "unknown_location"
  elif $text | test("Could not find.*Account|disabled accounts|group account|ledger account"; "i") then "unknown_account"
  elif $text | test("Could not find.*Item|not a stock Item|Item .* (disabled|end of life)"; "i") then "unknown_item"
  else "rejected" end;

def account_number: $accounts[.account + "/" + (.tax_code // "")] // $accounts[.account + "/" + (.tender // "")] // $accounts[.account] // .account;
def title: [.text, .tender, .tax_code] | map(select(. != null and . != "")) | join(" ");
def date: if (.posting_date // "") != "" then .posting_date else .business_date end;
def has_journal: ((.journal // []) | length) > 0;
# Stock of another state or owner lies in a warehouse of its own: it must not become sellable by a missing setting.
def place($location):
  if (.owner // "") != "" then "\($location)/\(.state // "" | if . == "" then "sellable" else . end)/\(.owner)"
  elif (.state // "") | IN("", "sellable") then $location
  else "\($location)/\(.state)" end;
def is_out: .qty | startswith("-");
def moved: [(.stock // [])[] | select(.qty | test("[1-9]"))];
def stock_keys: .idempotency_key as $key | moved | [(if any(.[]; is_out) then "\($key)/out" else empty end), (if any(.[]; is_out | not) then "\($key)/in" else empty end)];

[$in.postings[] | select(has_journal) | .idempotency_key] as $journal_keys
| [$in.postings[] | stock_keys[]] as $stock_keys
| ([$in.postings[] | (.journal // [])[] | account_number] | unique) as $numbers
| ([$in.postings[] | . as $p | moved[] | $p.items[.sku] // .sku] | unique) as $items
| ([rows("journals")[], rows("stocks")[] | {key: .[$s.key_field], value: .}] | from_entries) as $found
| def keys_of: (if has_journal then [.idempotency_key] else [] end) + stock_keys;
def done: all(keys_of[]; $found[.].docstatus == 1);
def reference($names): [keys_of[] | $names[.]] | if length == 0 then "nothing to book" else .[0] end;

(($in.known.account // {}) + ([rows("accounts")[] | {key: .account_number, value: {name: .name, type: .account_type, currency: .account_currency}}] | from_entries)) as $account_of
# MariaDB finds names whatever their case; the item of a SKU is the one that is spelt alike.
| (($in.known.item // {}) + ([rows("items")[] | {key: .name, value: {stock: .is_stock_item, batch: .has_batch_no, serial: .has_serial_no, disabled: .disabled}}] | from_entries)) as $item_of
| (($in.known.currency // {}) + ([rows("company")[] | {key: .name, value: .default_currency}] | from_entries)) as $currency_of
| {account: $account_of, item: $item_of, currency: $currency_of} as $remember
| [$in.postings[] | select(done | not)] as $open

| def problem:
    . as $p | $currency_of[$s.company] as $currency
    | first(
        (keys_of[] | $found[.] | select(. != null and .docstatus == 2) | refusal("rejected"; "\(.name) was cancelled at ERPNext by hand")),
        (keys_of[] | $found[.] | select(. != null and .docstatus == 0) | refusal("rejected"; "\(.name) stands at ERPNext as a draft that the hub did not make")),
        (if has_journal and .currency != $currency then refusal("rejected"; "the company's currency is \($currency); a journal in \(.currency) would need a rate") else empty end),
        ((.journal // [])[] | .account as $hub_account | account_number as $number | $account_of[$number]
          | if . == null then refusal("unknown_account"; "ERPNext has no account with the number \($number)")
            elif (.currency // $currency) != $currency then refusal("rejected"; "the account \(.name) is in \(.currency)")
            elif .type == "Payable" or (.type == "Receivable" and $s.customer == "") then refusal("unknown_account"; "the account \(.name) needs a party: the setting customer is missing")
            else empty end | . + {cause: "account:\($hub_account)"}),
        (moved[] | .sku as $sku | ($p.items[$sku] // $sku) as $item | $item_of[$item]
          | if . == null then refusal("unknown_item"; "ERPNext has no item \($item)")
            elif .disabled == 1 then refusal("unknown_item"; "the item \($item) is disabled")
            elif .stock != 1 then refusal("unknown_item"; "\($item) is not a stock item")
            elif .batch == 1 or .serial == 1 then refusal("rejected"; "the item \($item) has batches or serial numbers, which a posting does not name")
            else empty end | . + {cause: "sku:\($sku)"}),
        (moved[] | place($p.location) as $place | select($warehouses[$place] == null)
          | refusal("unknown_location"; "the setting warehouses has no \($place)") + {cause: "location:\($place)"}),
        null);

# What is empty is left out, so that ERPNext fills in its own.
def compact: with_entries(select(.value != null and .value != ""));
def journal_entry:
  . as $p
  | {doctype: "Journal Entry", docstatus: 1, voucher_type: "Journal Entry", company: $s.company, posting_date: date, user_remark: "Till documents of \(.location), \(.idempotency_key)",
     ($s.key_field): .idempotency_key,
     accounts: [.journal[] | $account_of[account_number] as $account
       | {account: $account.name, debit_in_account_currency: {"$number": (.debit // "0")}, credit_in_account_currency: {"$number": (.credit // "0")},
          cost_center: ($cost_centers[$p.location] // $cost_centers["*"]), user_remark: title,
          party_type: (if $account.type == "Receivable" then "Customer" else null end),
          party: (if $account.type == "Receivable" then $s.customer else null end)} | compact]};
def stock_entry($key):
  . as $p | ($key | endswith("/out")) as $out
  | {doctype: "Stock Entry", docstatus: 1, stock_entry_type: (if $out then $s.issue_type else $s.receipt_type end), company: $s.company,
     set_posting_time: 1, posting_date: date, posting_time: "12:00:00", remarks: "Till documents of \(.location), \(.idempotency_key)", ($s.key_field): $key,
     items: [moved[] | select(is_out == $out)
       | {item_code: ($p.items[.sku] // .sku), qty: {"$number": (.qty | ltrimstr("-"))},
          s_warehouse: (if $out then $warehouses[place($p.location)] else null end),
          t_warehouse: (if $out then null else $warehouses[place($p.location)] end),
          basic_rate: (if $out or ((.unit_cost // "") | test("[1-9]") | not) then null else {"$number": .unit_cost} end),
          expense_account: ($stock_accounts[.movement] // $stock_accounts["*"]),
          cost_center: ($cost_centers[$p.location] // $cost_centers["*"])} | compact]};
[$open[] | . as $p | keys_of[] | select($found[.] == null) | . as $key
 | {key: $key, doc: ($p | if $key == .idempotency_key then journal_entry else stock_entry($key) end)}] as $documents

| def missing($kind; $wanted): $wanted - (($in.known[$kind] // {}) | keys);
([$a | to_entries[] | select(.key != "insert" and .value.status != 200) | .key][0]) as $bad_read

| if $in.known == null then {need: {account: $numbers, item: $items, currency: [$s.company]}}
  # Reading fails for reasons of the set-up (rights, the custom field), not of a posting: it waits.
  elif $bad_read then outcomes({status: "transient", text: text($bad_read)})
  elif ($journal_keys | length) > 0 and $a.journals == null then
    read("journals"; "Journal Entry"; [[$s.key_field, "in", $journal_keys]]; ["name", "docstatus", $s.key_field])
  elif ($stock_keys | length) > 0 and $a.stocks == null then
    read("stocks"; "Stock Entry"; [[$s.key_field, "in", $stock_keys]]; ["name", "docstatus", $s.key_field])
  elif ($open | length) == 0 then outcomes({status: "posted", reference: reference($found | map_values(.name))})
  elif (missing("currency"; [$s.company]) | length) > 0 and $a.company == null then
    read("company"; "Company"; [["name", "=", $s.company]]; ["name", "default_currency"])
  elif (missing("account"; $numbers) | length) > 0 and $a.accounts == null then
    read("accounts"; "Account"; [["company", "=", $s.company], ["is_group", "=", 0], ["disabled", "=", 0], ["account_number", "in", missing("account"; $numbers)]];
         ["name", "account_number", "account_type", "account_currency"])
  elif (missing("item"; $items) | length) > 0 and $a.items == null then
    read("items"; "Item"; [["name", "in", missing("item"; $items)]]; ["name", "is_stock_item", "has_batch_no", "has_serial_no", "disabled"])
  elif any($open[]; problem) and ($in.postings | length) > 1 then {split: [$open[] | problem | select(.)][0].text}
  elif any($open[]; problem) then outcomes(problem) + {remember: $remember}
  elif ($documents | length) > 200 then
    # More than ERPNext takes in one call; a single posting has three documents at most.
    {split: "more than 200 documents"}
  elif $a.insert == null then call("insert"; "frappe.client.insert_many"; true; {docs: [$documents[].doc]}) + {remember: $remember}
  elif $a.insert.status == 200 and ($a.insert.body.message | type) == "array" then
    (($found | map_values(.name)) + ([[$documents[].key], $a.insert.body.message] | transpose | map({key: .[0], value: .[1]}) | from_entries)) as $names
    | outcomes({status: "posted", reference: reference($names)})
  # Every exception rolls the call back. A key that is taken means that another caller was faster: the next try finds its documents.
  elif exception("insert") | IN("UniqueValidationError", "DuplicateEntryError", "QueryDeadlockError", "QueryTimeoutError", "TimestampMismatchError", "DocumentLockedError", "PermissionError") then
    outcomes({status: "transient", text: text("insert")})
  elif $a.insert.status == 500 or exception("insert") == "" then outcomes({status: "unknown", text: text("insert")})
  elif ($in.postings | length) > 1 then {split: text("insert")}
  else outcomes(refusal(code_of(exception("insert"); text("insert")); text("insert")))
  end
