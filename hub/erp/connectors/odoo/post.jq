# One account.move per journal, one stock.picking per kind of stock movement. Drafts are made by `load` under external ids, which
# Odoo keeps unique, so that two callers cannot make two; then all is checked once more, posted and validated.
. as $in | .settings as $s | .session as $session | .answers as $a
| def json_setting($name): $s[$name] | try fromjson catch error("the setting \($name) is not JSON");
json_setting("accounts") as $accounts | json_setting("locations") as $locations | json_setting("counterparts") as $counterparts
| ($s.company | tonumber) as $company

| def call($name; $model; $method; $args; $kw; $context; $effect):
    {request: {name: $name, method: "POST", path: "/jsonrpc", effect: $effect,
               body: {jsonrpc: "2.0", method: "call", id: 1, params: {service: "object", method: "execute_kw",
                 args: [$s.database, $session.uid, $s.password, $model, $method, $args,
                        ($kw + {context: ({lang: "en_US", allowed_company_ids: [$company]} + $context)})]}}}};
def read($name; $model; $domain; $fields): call($name; $model; "search_read"; [$domain]; {fields: $fields}; {}; false);
def outcomes(f): {outcomes: [$in.postings[] | f]};

# What Odoo says went wrong, or null. `load` does not raise: it gives messages. Every error means that the call was rolled back.
def wrong($name):
  $a[$name] as $answer
  | if $answer == null then null
    elif ($answer.body | type) != "object" then {lost: true, text: "Odoo's answer is not JSON"}
    elif $answer.body.error then
      $answer.body.error.data as $data
      | {text: (($data.message // "") | if . == "" then $answer.body.error.message else . end),
         stale: ($data.name == "odoo.exceptions.AccessDenied"),
         again: (($data.name + " " + ($data.message // "")) | test("SerializationFailure|DeadlockDetected|LockNotAvailable|OperationalError|PoolError|could not serialize|deadlock detected"))}
    elif ($answer.body.result | type) == "object" and ($answer.body.result.messages | type) == "array" then
      [$answer.body.result.messages[] | select(.type == "error") | .message]
      | if length == 0 then null
        else {text: join("; "), again: any(.[]; test("could not serialize|deadlock detected"))} end
    else null end;
def result($name): $a[$name].body.result;
def code_of($text):
  if $text | test("lock date|tax statement"; "i") then "closed_period"
  elif $text | test("account.* is deprecated|deprecated account|cannot use this account"; "i") then "unknown_account"
  elif $text | test("not balanced"; "i") then "unbalanced"
  else "rejected" end;
def refusal($code; $text): {status: "refused", code: $code, text: $text};

def account_code: $accounts[.account + "/" + (.tax_code // "")] // $accounts[.account + "/" + (.tender // "")] // $accounts[.account] // .account;
def title: [.text, .tender, .tax_code] | map(select(. != null and . != "")) | join(" ") | if . == "" then "/" else . end;
def date: if (.posting_date // "") != "" then .posting_date else .business_date end;
def has_journal: ((.journal // []) | length) > 0;

# Stock of another state or owner lies at a location of its own: it must not become sellable by a missing setting.
def place($location):
  if (.owner // "") != "" then "\($location)/\(.state // "" | if . == "" then "sellable" else . end)/\(.owner)"
  elif (.state // "") | IN("", "sellable") then $location
  else "\($location)/\(.state)" end;
def is_out: .qty | startswith("-");
def size: .qty | ltrimstr("-");
# A transfer goes from one place to one other: one for each movement, place and direction. The number is part of the external
# id; it depends on the posting only, never on settings.
def transfers:
  .location as $location | .idempotency_key as $key
  | [(.stock // [])[] | select(.qty | test("[1-9]"))]
  | group_by([.movement, place($location), is_out]) | to_entries
  | map({name: "\($key)/\(.key + 1)", xid: "__tillsync__.\($key)_stock_\(.key + 1)", lines: .value,
         place: (.value[0] | place($location)), movement: .value[0].movement, out: (.value[0] | is_out)});
def here: $locations[.place];
def there: $counterparts[.movement] // $counterparts["*"];

[$in.postings[] | select(has_journal)] as $with_journal
| [$in.postings[] | transfers[]] as $transfers
| ([$with_journal[] | .journal[] | account_code] | unique) as $codes
| ([$in.postings[] | . as $p | (.stock // [])[] | $p.items[.sku] // .sku] | unique) as $items
| ([$a | keys[] | {name: ., wrong: wrong(.)} | select(.wrong)]) as $faults
| ([$faults[] | select(.name | IN("moves", "pickings", "company", "accounts", "products"))][0]) as $read_fault

# What stands at Odoo, by the key.
| def move: .idempotency_key as $key | [(result("moves") // [])[] | select(.ref == $key)][0];
def picking: .name as $name | [(result("pickings") // [])[] | select(.origin == $name)][0];
def move_done: (has_journal | not) or move.state == "posted";
def transfer_done: picking.state == "done";
def done: move_done and all(transfers[]; transfer_done);
def cancelled: move.state == "cancel" or any(transfers[]; picking.state == "cancel");

(($in.known.account // {}) + ([(result("accounts") // [])[] | {key: .code, value: .id}] | from_entries)) as $account_ids
| (($in.known.product // {}) + ([(result("products") // [])[]] | group_by(.default_code)
    | map({key: .[0].default_code, value: (if length > 1 then {many: true} else {id: .[0].id, tracking: .[0].tracking, type: .[0].type} end)}) | from_entries)) as $products
| [$in.postings[] | select(done | not)] as $open

# Everything that can be refused without trying.
| def problem:
    . as $p | result("company")[0] as $firm
    | first(
        (if cancelled then refusal("rejected"; "the entry or a transfer of \(.idempotency_key) was cancelled at Odoo by hand") else empty end),
        (if has_journal and .currency != $firm.currency_id[1] then
          refusal("rejected"; "the company's currency is \($firm.currency_id[1]); a journal in \(.currency) would need a rate") else empty end),
        (date as $date | ([$firm | to_entries[] | select((.key | endswith("lock_date")) and .value) | .value] | max) as $lock
          | if has_journal and (move_done | not) and $lock != null and $lock >= $date then
              refusal("closed_period"; "the books are closed up to \($lock), the posting is of \($date)") else empty end),
        ((.journal // [])[] | select($account_ids[account_code] == null)
          | refusal("unknown_account"; "Odoo has no account \(account_code)") + {cause: "account:\(.account)"}),
        ((.stock // [])[] | .sku as $sku | ($p.items[$sku] // $sku) as $item | $products[$item]
          | if . == null then refusal("unknown_item"; "Odoo has no product with the internal reference \($item)")
            elif .many then refusal("unknown_item"; "Odoo has several products with the internal reference \($item)")
            elif .type == "service" then refusal("unknown_item"; "the product \($item) is a service")
            elif (.tracking // "none") != "none" then refusal("rejected"; "the product \($item) is tracked by lot or serial number, which a posting does not name")
            else empty end | . + {cause: "sku:\($sku)"}),
        (transfers[] | select(here == null) | refusal("unknown_location"; "the setting locations has no \(.place)") + {cause: "location:\(.place)"}),
        (transfers[] | select(there == null) | refusal("unknown_location"; "the setting counterparts has no \(.movement)")),
        (if (transfers | length) > 0 and $s.operation_type == "" then refusal("unknown_location"; "the setting operation_type is missing") else empty end),
        null);

# Ids of the documents of this conversation: found before, or loaded now.
def loaded($name; $wanted): [$wanted, (result($name).ids // [])] | transpose | map({key: .[0], value: .[1]}) | from_entries;
([$open[] | select(has_journal and move == null) | .idempotency_key]) as $new_moves
| ([$open[] | transfers[] | select(picking == null) | .name]) as $new_pickings
| (loaded("load_moves"; $new_moves) + ([(result("moves") // [])[] | {key: .ref, value: .id}] | from_entries)) as $move_ids
| (loaded("load_pickings"; $new_pickings) + ([(result("pickings") // [])[] | {key: .origin, value: .id}] | from_entries)) as $picking_ids
| [$open[] | select(move_done | not) | $move_ids[.idempotency_key]] as $to_post
| [$open[] | select(has_journal) | $move_ids[.idempotency_key]] as $open_moves
| [$open[] | transfers[] | select(transfer_done | not) | $picking_ids[.name]] as $to_validate

# Rows as of a file to import: the first carries the document, the further ones only lines.
| def rows($head): to_entries | map((if .key == 0 then $head else $head | map("") end) + .value);
def move_rows:
  ["__tillsync__.\(.idempotency_key)_journal", .idempotency_key, date, $s.journal] as $head
  | .journal | map([($account_ids[account_code] | tostring), title, (.debit // "0"), (.credit // "0")]) | rows($head)[];
def picking_rows($p):
  [.xid, .name, ($p | date) + " 12:00:00", $s.operation_type] as $head
  | (here | tostring) as $here | (there | tostring) as $there
  | (if .out then [$here, $there] else [$there, $here] end) as $way
  | .lines | map(. as $line | ($products[$p.items[.sku] // .sku].id | tostring) as $product
      | $way + [$product, size, size, "1"] + $way + (if $session.version < 19 then [$line.sku] else [] end))
  | to_entries | map((if .key == 0 then $head + .value[0:2] else $head + ["", ""] | map("") end) + .value[2:])[];

# Undoes what this conversation made of a single posting, so that nothing of it is left behind when it is refused.
def drop($outcome):
  [$move_ids[$in.postings[].idempotency_key] | select(. != null)] as $moves
  | [$in.postings[] | transfers[] | $picking_ids[.name] | select(. != null)] as $pickings
  | if ($moves | length) > 0 and $a.drop_moves == null then call("drop_moves"; "account.move"; "unlink"; [$moves]; {};
      # With this word Odoo deletes also posted entries and leaves a gap in their numbers: only for what was just taken back.
      (if $a.to_draft then {force_delete: true} else {} end); true)
    elif ($pickings | length) > 0 and $a.drop_pickings == null then call("drop_pickings"; "stock.picking"; "unlink"; [$pickings]; {}; {}; true)
    elif wrong("drop_moves") or wrong("drop_pickings") then
      outcomes({status: "unknown", text: "\($outcome.text); and the draft could not be removed: \((wrong("drop_moves") // wrong("drop_pickings")).text)"})
    else outcomes($outcome) end;
# A batch failed as a whole: its halves find the drafts and go on with them.
def fail($wrong):
  if $wrong.stale then {login: true}
  elif $wrong.lost then outcomes({status: "unknown", text: $wrong.text})
  elif $wrong.again then outcomes({status: "transient", text: $wrong.text})
  elif ($in.postings | length) > 1 then {split: $wrong.text}
  else drop(refusal(code_of($wrong.text); $wrong.text)) end;
# The journal is posted but the rest cannot follow: back to draft, then as above.
def take_back($wrong):
  if $wrong.lost then outcomes({status: "unknown", text: $wrong.text})
  elif $wrong.again then outcomes({status: "unknown", text: $wrong.text})
  elif ($open_moves | length) > 0 and $a.to_draft == null then call("to_draft"; "account.move"; "button_draft"; [$open_moves]; {}; {}; true)
  elif wrong("to_draft") then outcomes({status: "unknown", text: "\($wrong.text); and the journal could not be taken back: \(wrong("to_draft").text)"})
  else fail($wrong) end;

if $in.known == null then {need: {account: $codes, product: $items}}
elif ($with_journal | length) > 0 and $a.moves == null then
  read("moves"; "account.move"; [["ref", "in", [$with_journal[].idempotency_key]], ["move_type", "=", "entry"], ["company_id", "=", $company]]; ["ref", "name", "state", "date"])
elif ($transfers | length) > 0 and $a.pickings == null then
  read("pickings"; "stock.picking"; [["origin", "in", [$transfers[].name]], ["backorder_id", "=", false], ["company_id", "=", $company]]; ["origin", "name", "state"])
elif $read_fault then
  if $read_fault.wrong.stale then {login: true} else outcomes({status: "transient", text: $read_fault.wrong.text}) end
elif ($open | length) == 0 then outcomes({status: "posted", reference: (move.name // (transfers | map(picking.name) | join(", ")) | if . == "" then "nothing to book" else . end)})
elif $a.company == null then
  read("company"; "res.company"; [["id", "=", $company]];
       ["currency_id"] + if $session.version < 18 then ["fiscalyear_lock_date"] else ["user_fiscalyear_lock_date", "user_hard_lock_date"] end)
elif (result("company") | length) == 0 then outcomes({status: "transient", text: "Odoo has no company \($company), or the user may not see it"})
elif $a.accounts == null and ($codes - ($in.known.account // {} | keys) | length) > 0 then
  read("accounts"; "account.account"; [["code", "in", $codes - ($in.known.account // {} | keys)]]; ["code"])
elif $a.products == null and ($items - ($in.known.product // {} | keys) | length) > 0 then
  read("products"; "product.product"; [["default_code", "in", $items - ($in.known.product // {} | keys)]]; ["default_code", "tracking", "type"])
elif any($open[]; problem) and ($in.postings | length) > 1 then {split: ([$open[] | problem | select(.)][0].text)}
elif any($open[]; problem) then {outcomes: [$open[] | problem]} + {remember: {account: $account_ids, product: ($products | with_entries(select(.value.many | not)))}}
elif ($new_moves | length) > 0 and $a.load_moves == null then
  call("load_moves"; "account.move"; "load";
       [["id", "ref", "date", "journal_id/.id", "line_ids/account_id/.id", "line_ids/name", "line_ids/debit", "line_ids/credit"],
        [$open[] | select(has_journal and move == null) | move_rows]];
       {}; {mode: "update", noupdate: true}; true)
  + {remember: {account: $account_ids, product: $products}}
elif wrong("load_moves") then fail(wrong("load_moves"))
elif ($new_pickings | length) > 0 and $a.load_pickings == null then
  call("load_pickings"; "stock.picking"; "load";
       [["id", "origin", "scheduled_date", "picking_type_id/.id", "location_id/.id", "location_dest_id/.id",
         "move_ids/product_id/.id", "move_ids/product_uom_qty", "move_ids/quantity", "move_ids/picked", "move_ids/location_id/.id", "move_ids/location_dest_id/.id"]
         + (if $session.version < 19 then ["move_ids/name"] else [] end),
        [$open[] | . as $p | transfers[] | select(picking == null) | picking_rows($p)]];
       {}; {mode: "update", noupdate: true}; true)
  + {remember: {product: $products}}
elif wrong("load_pickings") then fail(wrong("load_pickings"))
elif ($to_post | length) > 0 and $a.post == null then call("post"; "account.move"; "action_post"; [$to_post]; {}; {}; true)
elif wrong("post") then fail(wrong("post"))
elif ($to_post | length) > 0 and $a.posted == null then read("posted"; "account.move"; [["id", "in", $to_post]]; ["ref", "name", "state", "date"])
# Odoo moves an entry of a locked period to the next open day instead of refusing it: that is not what the hub asked for.
elif wrong("posted") then outcomes({status: "unknown", text: wrong("posted").text})
elif [$open[] | .idempotency_key as $key | date as $date | (result("posted") // [])[] | select(.ref == $key and .date != $date)] | length > 0 then
  take_back({text: "Odoo's lock date does not allow the date of the posting"})
elif any((result("posted") // [])[]; .state != "posted") then outcomes({status: "unknown", text: "the entry is not posted: Odoo asks for something that only a person can answer"})
elif ($to_validate | length) > 0 and $a.validate == null then
  call("validate"; "stock.picking"; "button_validate"; [$to_validate]; {}; {skip_backorder: true, skip_sms: true}; true)
elif wrong("validate") then take_back(wrong("validate"))
elif ($to_validate | length) > 0 and $a.validated == null then read("validated"; "stock.picking"; [["id", "in", $to_validate]]; ["origin", "name", "state"])
elif wrong("validated") then outcomes({status: "unknown", text: wrong("validated").text})
elif any((result("validated") // [])[]; .state != "done") then take_back({text: "the transfer is not done: Odoo asks for something that only a person can answer"})
else
  ([(result("moves"), result("posted")) // [] | .[] | {key: .ref, value: .name}] | from_entries) as $names
  | ([(result("pickings"), result("validated")) // [] | .[] | {key: .origin, value: .name}] | from_entries) as $transfer_names
  | outcomes({status: "posted", reference: ($names[.idempotency_key] // (transfers | map($transfer_names[.name]) | join(", ")))})
end
