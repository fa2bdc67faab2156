# A journal entry, and an inventory adjustment per kind of stock movement, because an adjustment has one account. Each is created by
# POST with an external id, which NetSuite keeps unique: a PUT on it would change a record that is there already.
. as $in | .settings as $s | .session as $session | .answers as $a | .postings[0] as $p
| def json_setting($name): $s[$name] | try fromjson catch error("the setting \($name) is not JSON");
json_setting("accounts") as $accounts | json_setting("locations") as $locations | json_setting("stock_accounts") as $stock_accounts
| def send($name; $method; $path; $body; $effect):
    {request: ({name: $name, method: $method, path: "/services/rest/record/v1/\($path)", headers: {authorization: "Bearer \($session.token)", accept: "application/json"},
                effect: $effect} + if $body then {body: $body} else {} end)};
def query($name; $q):
  {request: {name: $name, method: "POST", path: "/services/rest/query/v1/suiteql", headers: {authorization: "Bearer \($session.token)", prefer: "transient"}, body: {q: $q}}};
def quoted: "'" + gsub("'"; "''") + "'";
def list: map(quoted) | join(", ");
def rows($name): $a[$name].body.items // [];
def outcome($o): {outcomes: [$o]};
def refusal($code; $text): {status: "refused", code: $code, text: $text};
def failed($name): $a[$name] != null and $a[$name].status >= 300;
def text($name): $a[$name] | ([.body | objects | ."o:errorDetails" | arrays | .[].detail] | if length > 0 then join("; ") else null end) // (.body | objects | .title) // "HTTP \(.status)";
def code_of($text):
  if $text | test("period.*(closed|locked|not open)|(closed|locked).*period"; "i") then "closed_period"
  elif $text | test("out of balance|not balance|must balance"; "i") then "unbalanced"
  elif $text | test("field: *item|item reference"; "i") then "unknown_item"
  elif $text | test("field: *(account|acct)|account reference"; "i") then "unknown_account"
  elif $text | test("field: *location|location reference"; "i") then "unknown_location"
  elif $text | test("tax"; "i") then "unknown_tax"
  else "rejected" end;

def account_number: $accounts[.account + "/" + (.tax_code // "")] // $accounts[.account + "/" + (.tender // "")] // $accounts[.account] // .account;
def stock_account: $stock_accounts[.movement] // $stock_accounts["*"];
def title: [.text, .tender, .tax_code] | map(select(. != null and . != "")) | join(" ");
def date: if ($p.posting_date // "") != "" then $p.posting_date else $p.business_date end;
# Stock of another state or owner lies at a location of its own: it must not become sellable by a missing setting.
def place:
  if (.owner // "") != "" then "\($p.location)/\(.state // "" | if . == "" then "sellable" else . end)/\(.owner)"
  elif (.state // "") | IN("", "sellable") then $p.location
  else "\($p.location)/\(.state)" end;
def item: .sku as $sku | $p.items[$sku] // $sku;
def compact: with_entries(select(.value != null and .value != ""));

$p.idempotency_key as $key | ($p.journal // []) as $journal
| [($p.stock // [])[] | select(.qty | test("[1-9]"))] as $stock
| ($stock | group_by(.movement) | map({name: "stock_\(.[0].movement)", eid: "\($key)_\(.[0].movement)", lines: .})) as $adjustments
| ([$journal[] | account_number] + [$stock[] | stock_account | strings] | unique) as $numbers
| ([$stock[] | item] | unique) as $items
| ([$p.currency | strings | select(. != "" and ($journal | length) > 0)]) as $currencies
| def missing($kind; $wanted): $wanted - (($in.known[$kind] // {}) | keys);

# What stands there: an answer that is not 200 is 404 here, others have ended the conversation.
([(if ($journal | length) > 0 then "journal" else empty end), $adjustments[].name]) as $documents
| ([$documents[] | select($a[.] == null)][0]) as $not_looked_up
| [$documents[] | select($a[.].status == 404)] as $absent
| ([$documents[] | select($a["new_\(.)"].status // 999 | . < 300)]) as $made
| (($in.known.account // {}) + ([rows("accounts")[] | {key: .acctnumber, value: {id: .id, type: .accttype}}] | from_entries)) as $account_of
| (($in.known.item // {}) + ([rows("items")[] | {key: .itemid, value: {id: .id, type: .itemtype}}] | from_entries)) as $item_of
| (($in.known.currency // {}) + ([rows("currencies")[] | {key: .symbol, value: .id}] | from_entries)) as $currency_of
| {account: $account_of, item: $item_of, currency: $currency_of} as $remember

| (first(
    ($journal[] | .account as $hub_account | account_number as $number | $account_of[$number]
      | if . == null then refusal("unknown_account"; "NetSuite has no active account with the number \($number)")
        elif .type == "AcctRec" and $s.customer == "" then refusal("unknown_account"; "the account \($number) needs a customer: the setting customer is missing")
        else empty end | . + {cause: "account:\($hub_account)"}),
    ($stock[] | .sku as $sku | item as $item | $item_of[$item]
      | if . == null then refusal("unknown_item"; "NetSuite has no active item \($item)")
        elif .type | IN("InvtPart", "Assembly") | not then refusal("unknown_item"; "the item \($item) is no inventory item")
        else empty end | . + {cause: "sku:\($sku)"}),
    ($stock[] | place as $place | select($locations[$place] == null) | refusal("unknown_location"; "the setting locations has no \($place)") + {cause: "location:\($place)"}),
    ($stock[] | . as $line | stock_account | if . == null then refusal("unknown_account"; "the setting stock_accounts has no \($line.movement)")
      elif $account_of[.] == null then refusal("unknown_account"; "NetSuite has no active account with the number \(.)") else empty end),
    ($currencies[] | select($currency_of[.] == null) | refusal("rejected"; "NetSuite has no currency \(.)")),
    null)) as $problem

| def journal_entry:
    {externalId: $key, subsidiary: {id: $s.subsidiary}, currency: {id: $currency_of[$p.currency]}, tranDate: date, memo: "Till documents of \($p.location)",
     line: {items: [$journal[] | $account_of[account_number] as $account
       | {account: {id: $account.id}, memo: title,
          debit: (if (.debit // "0") | test("[1-9]") then {"$number": .debit} else null end),
          credit: (if (.credit // "0") | test("[1-9]") then {"$number": .credit} else null end),
          location: (if $locations[$p.location] then {id: ($locations[$p.location] | tostring)} else null end),
          entity: (if $account.type == "AcctRec" then {id: $s.customer} else null end)} | compact]}}
    | if $s.subsidiary == "" then del(.subsidiary) else . end | if $currencies == [] then del(.currency) else . end;
def adjustment($document):
  ($adjustments[] | select(.name == $document)) as $adjustment
  | {externalId: $adjustment.eid, subsidiary: {id: $s.subsidiary}, account: {id: $account_of[$adjustment.lines[0] | stock_account].id}, tranDate: date,
     memo: "Till documents of \($p.location), \($adjustment.lines[0].movement)",
     inventory: {items: [$adjustment.lines[]
       | {item: {id: $item_of[item].id}, location: {id: ($locations[place] | tostring)}, adjustQtyBy: {"$number": .qty},
          unitCost: (if (.qty | startswith("-")) or ((.unit_cost // "") | test("[1-9]") | not) then null else {"$number": .unit_cost} end)} | compact]}}
  | if $s.subsidiary == "" then del(.subsidiary) else . end;
def type_of($document): if $document == "journal" then "journalEntry" else "inventoryAdjustment" end;
def eid_of($document): if $document == "journal" then $key else ($adjustments[] | select(.name == $document) | .eid) end;
# The address of a new record ends with its internal id.
def reference:
  if ($documents | length) == 0 then "nothing to book"
  else $documents[0] as $first | ($a[$first].body | objects | .id) // (($a["new_\($first)"].headers.location // "") | split("/")[-1]) | if . == null or . == "" then eid_of($documents[0]) else tostring end end;

# One of several records is refused: those made in this conversation are deleted, so that nothing is left.
def drop($outcome):
  ([$made[] | select($a["drop_\(.)"] == null)][0]) as $next
  | ([$made[] | "drop_\(.)" | select(failed(.))][0]) as $stuck
  | if $stuck then outcome({status: "unknown", text: "\($outcome.text); and a record made before could not be deleted: \(text($stuck))"})
    elif $next then send("drop_\($next)"; "DELETE"; "\(type_of($next))/eid:\(eid_of($next))"; null; true)
    elif ($documents - $absent | length) > 0 then outcome({status: "unknown", text: "a part is booked since before, the rest is refused: \($outcome.text)"})
    else outcome($outcome) end;

([$a | keys[] | select(IN("accounts", "items", "currencies") and failed(.))] + [$documents[] | select(failed(.) and $a[.].status != 404)] | .[0]) as $bad_read
| ([$documents[] | "new_\(.)" | select(failed(.))][0]) as $refused
| ([$absent[] | select($a["new_\(.)"] == null)][0]) as $next
| if $in.known == null then {need: {account: $numbers, item: $items, currency: $currencies}}
  # Reading fails for reasons of the set-up (rights, features), not of a posting: it waits.
  elif $bad_read then outcome({status: "transient", text: text($bad_read)})
  elif $refused then
    text($refused) as $text
    | if $a[$refused].status == 403 and $made == [] then outcome({status: "transient", text: $text})
      elif $text | test("already exists|duplicate|DUP_RCRD"; "i") then
        # Another caller was faster. What was made here stays, because it carries the key; the next try finds all of it.
        outcome({status: (if $made == [] then "transient" else "unknown" end), text: $text})
      else drop(refusal(code_of($text); $text)) end
  elif $not_looked_up then send($not_looked_up; "GET"; "\(type_of($not_looked_up))/eid:\(eid_of($not_looked_up))"; null; false)
  elif $absent == [] then outcome({status: "posted", reference: reference})
  elif missing("account"; $numbers) != [] and $a.accounts == null then
    query("accounts"; "SELECT id, acctnumber, accttype FROM account WHERE isinactive = 'F' AND acctnumber IN (\(missing("account"; $numbers) | list))")
  elif missing("item"; $items) != [] and $a.items == null then
    query("items"; "SELECT id, itemid, itemtype FROM item WHERE isinactive = 'F' AND itemid IN (\(missing("item"; $items) | list))")
  elif missing("currency"; $currencies) != [] and $a.currencies == null then
    query("currencies"; "SELECT id, symbol FROM currency WHERE symbol IN (\(missing("currency"; $currencies) | list))")
  elif $problem and $absent == $documents then outcome($problem) + {remember: $remember}
  elif $problem then outcome({status: "unknown", text: "a part is booked since before, the rest cannot be: \($problem.text)"})
  elif $next then send("new_\($next)"; "POST"; type_of($next); (if $next == "journal" then journal_entry else adjustment($next) end); true) + {remember: $remember}
  else outcome({status: "posted", reference: reference}) end
