# A general journal and an inventory movement journal, each a header and its lines. The service documents no deep insert and no
# JSON batch, so each line is a request; line numbers are ours, so that a line that is there already is not made again.
. as $in | .settings as $s | .session as $session | .answers as $a | .postings[0] as $p
| def json_setting($name): $s[$name] | try fromjson catch error("the setting \($name) is not JSON");
json_setting("accounts") as $accounts | json_setting("dimensions") as $dimensions
| json_setting("warehouses") as $warehouses | json_setting("stock_accounts") as $stock_accounts

| def quoted: "'" + gsub("'"; "''") + "'";
def headers: {authorization: "Bearer \($session.token)", accept: "application/json"};
# Without cross-company the service sees only the default company of its user.
def send($name; $method; $path; $body):
  {request: ({name: $name, method: $method, path: $path, query: {"cross-company": "true"}, headers: headers, effect: true} + if $body == null then {} else {body: $body} end)};
def find($name; $set; $filter; $select):
  {request: {name: $name, method: "GET", path: "/data/\($set)", query: {"cross-company": "true", "$filter": $filter, "$select": $select}, headers: headers}};
def of_company: "dataAreaId eq \($s.company | quoted)";
def rows($name): $a[$name].body.value // [];
def outcome($o): {outcomes: [$o]};
def refusal($code; $text): {status: "refused", code: $code, text: $text};

# The message for people is the innermost one; the outer one is always the same.
def text($name):
  $a[$name] | (.body | objects | .error | objects | (.innererror | objects | .message) // .message) // "HTTP \(.status)" | gsub("[\r\n]+"; " ");
def is_write_refusal($name):
  $a[$name] | (.status | IN(400, 409, 422)) or (.status == 500 and ((.body | objects | .error.innererror.type // "") | test("AxODataWriteException|AxODataDeleteException")));
def failed($name): $a[$name] != null and $a[$name].status >= 300;
def code_of($text):
  if $text | test("period.*(not open|closed|on hold)|(closed|not open).*period|fiscal"; "i") then "closed_period"
  elif $text | test("does not balance|not balance"; "i") then "unbalanced"
  elif $text | test("item number|ItemNumber"; "i") then "unknown_item"
  elif $text | test("warehouse|site"; "i") then "unknown_location"
  elif $text | test("tax"; "i") then "unknown_tax"
  elif $text | test("main account|account structure|AccountDisplayValue|dimension"; "i") then "unknown_account"
  else "rejected" end;

def account: $accounts[.account + "/" + (.tax_code // "")] // $accounts[.account + "/" + (.tender // "")] // $accounts[.account] // .account;
def main_account: account | split($s.delimiter)[0];
def title: [.text, .tender, .tax_code] | map(select(. != null and . != "")) | join(" ") | if . == "" then "till" else . end;
def noon: (if ($p.posting_date // "") != "" then $p.posting_date else $p.business_date end) + "T12:00:00Z";
# Stock of another state or owner lies in a warehouse of its own: it must not become sellable by a missing setting.
def place:
  if (.owner // "") != "" then "\($p.location)/\(.state // "" | if . == "" then "sellable" else . end)/\(.owner)"
  elif (.state // "") | IN("", "sellable") then $p.location
  else "\($p.location)/\(.state)" end;
def is_out: .qty | startswith("-");
def item: .sku as $sku | $p.items[$sku] // $sku;

($p.journal // []) as $journal
| [($p.stock // [])[] | select(.qty | test("[1-9]"))] as $stock
| ([$journal[] | main_account] | unique) as $main_accounts
| ([$stock[] | item] | unique) as $items
| $p.idempotency_key as $key

# What stands there: the journals whose description is the key, and their lines.
| (rows("journal")[0].JournalBatchNumber // $a.new_journal.body.JournalBatchNumber) as $number
| (rows("stock_journal")[0].JournalNumber // $a.new_stock_journal.body.JournalNumber) as $stock_number
| (rows("journal")[0].IsPosted == "Yes") as $is_posted
| (rows("stock_journal")[0].IsPosted == "Yes") as $stock_is_posted
| [rows("lines")[].LineNumber] as $lines_there | [rows("stock_lines")[].LineNumber] as $stock_lines_there
| def made($prefix; $count): [range(1; $count + 1) | select($a["\($prefix)_\(.)"].status // 999 | . < 300)];
([range(1; ($journal | length) + 1)] - $lines_there - made("line"; $journal | length)) as $lines_missing
| ([range(1; ($stock | length) + 1)] - $stock_lines_there - made("stock_line"; $stock | length)) as $stock_lines_missing

# Ids are asked for in portions, because a filter has to fit into an address.
| def portion($names; $i): $names[$i * 15:($i + 1) * 15];
($items - (($in.known.item // {}) | keys)) as $items_asked
| ($main_accounts - (($in.known.account // {}) | keys)) as $accounts_asked
| ([$a | keys[] | select(startswith("items_")) as $name | rows($name)[].ItemNumber] + (($in.known.item // {}) | keys)) as $items_found
| ([$a | keys[] | select(startswith("accounts_")) as $name | rows($name)[].MainAccountId] + (($in.known.account // {}) | keys)) as $accounts_found
| ({item: ([$items[] | select(IN($items_found[])) | {key: ., value: true}] | from_entries),
    account: ([$main_accounts[] | select(IN($accounts_found[])) | {key: ., value: true}] | from_entries)}) as $remember
| ([range(0; ($items_asked | length) / 15) | select($a["items_\(.)"] == null)][0]) as $items_next
| ([range(0; ($accounts_asked | length) / 15) | select($a["accounts_\(.)"] == null)][0]) as $accounts_next

| (first(
    ($journal[] | main_account as $main | select($main | IN($accounts_found[]) | not)
      | refusal("unknown_account"; "there is no main account \($main)") + {cause: "account:\(.account)"}),
    ($stock[] | item as $item | select($item | IN($items_found[]) | not)
      | refusal("unknown_item"; "the company \($s.company) has no released product \($item)") + {cause: "sku:\(.sku)"}),
    ($stock[] | place as $place | select($warehouses[$place] == null)
      | refusal("unknown_location"; "the setting warehouses has no \($place)") + {cause: "location:\($place)"}),
    (if ($journal | length) > 0 and ($p.currency // "") == "" then refusal("rejected"; "the journal has no currency") else empty end),
    null)) as $problem

| def compact: with_entries(select(.value != null and .value != ""));
def line($n):
  $journal[$n - 1]
  | {dataAreaId: $s.company, JournalBatchNumber: $number, LineNumber: $n, AccountType: "Ledger", AccountDisplayValue: account,
     DefaultDimensionDisplayValue: ($dimensions[$p.location] // $dimensions["*"]), CurrencyCode: $p.currency, TransDate: noon, Text: title, Document: $key[-20:],
     DebitAmount: {"$number": (.debit // "0")}, CreditAmount: {"$number": (.credit // "0")}} | compact;
def stock_line($n):
  $stock[$n - 1]
  | {dataAreaId: $s.company, JournalNumber: $stock_number, LineNumber: $n, JournalNameId: $s.stock_journal, ItemNumber: item,
     InventorySiteId: $warehouses[place].site, InventoryWarehouseId: $warehouses[place].warehouse, TransactionDate: noon,
     InventoryQuantity: {"$number": .qty}, OffsetMainAccountIdDisplayValue: ($stock_accounts[.movement] // $stock_accounts["*"])}
    + (if (is_out | not) and ((.unit_cost // "") | test("[1-9]")) then {UnitCost: {"$number": .unit_cost}, UnitCostQuantity: 1} else {} end) | compact;
def action($path; $journal): $path | gsub("\\{company\\}"; $s.company) | gsub("\\{journal\\}"; $journal);

# Removes what is not posted yet; the service wants the lines gone before the header.
def journal_key: "dataAreaId=\($s.company | quoted),JournalBatchNumber=\($number | quoted)";
def drop($outcome):
  ([$lines_there[], made("line"; $journal | length)[] | select($a["drop_line_\(.)"] == null)][0]) as $next
  | ([$a | keys[] | select(startswith("drop_")) | select(failed(.) and $a[.].status != 404)][0]) as $stuck
  | if $stuck then outcome({status: "unknown", text: "\($outcome.text); and the journal \($number // "") \($stock_number // "") could not be removed: \(text($stuck))"})
    elif $stock_number != null and $a.drop_stock_journal == null then
      send("drop_stock_journal"; "DELETE"; "/data/InventoryMovementJournalHeaders(dataAreaId=\($s.company | quoted),JournalNumber=\($stock_number | quoted))"; null)
    elif $number != null and $next != null then send("drop_line_\($next)"; "DELETE"; "/data/LedgerJournalLines(\(journal_key),LineNumber=\($next))"; null)
    elif $number != null and $a.drop_journal == null then send("drop_journal"; "DELETE"; "/data/LedgerJournalHeaders(\(journal_key))"; null)
    else outcome($outcome) end;
def fail($name):
  if is_write_refusal($name) | not then outcome({status: "unknown", text: text($name)})
  elif $is_posted or $stock_is_posted or ($a.post | . != null and .status < 300) then
    outcome({status: "unknown", text: "one journal is posted, the other is refused: \(text($name))"})
  else drop(refusal(code_of(text($name)); text($name))) end;

([$a | keys[] | select(IN("journal", "lines", "stock_journal", "stock_lines") or startswith("items_") or startswith("accounts_")) | select(failed(.))][0]) as $bad_read
| ([$a | to_entries[] | .key | select(IN("new_journal", "new_stock_journal", "post", "post_stock") or startswith("line_") or startswith("stock_line_")) | select(failed(.))][0]) as $refused
| if $in.known == null then {need: {item: $items, account: $main_accounts}}
  # Reading fails for reasons of the set-up, not of a posting: it waits.
  elif $bad_read then outcome({status: "transient", text: text($bad_read)})
  elif $refused then fail($refused)
  elif ($journal | length) > 0 and $a.journal == null then
    find("journal"; "LedgerJournalHeaders"; "\(of_company) and Description eq \($key | quoted)"; "JournalBatchNumber,Description,IsPosted")
  elif ($stock | length) > 0 and $a.stock_journal == null then
    find("stock_journal"; "InventoryMovementJournalHeaders"; "\(of_company) and Description eq \($key | quoted)"; "JournalNumber,Description,IsPosted")
  elif (rows("journal") | length) > 1 or (rows("stock_journal") | length) > 1 then
    outcome({status: "unknown", text: "several journals have the description \($key): a person has to remove all but one"})
  elif (rows("journal") | length) > 0 and $a.lines == null then
    find("lines"; "LedgerJournalLines"; "\(of_company) and JournalBatchNumber eq \($number | quoted)"; "LineNumber")
  elif (rows("stock_journal") | length) > 0 and $a.stock_lines == null then
    find("stock_lines"; $s.stock_lines; "\(of_company) and JournalNumber eq \($stock_number | quoted)"; "LineNumber")
  elif $is_posted and ($lines_missing | length) > 0 then outcome({status: "unknown", text: "the journal \($number) was posted without all of its lines"})
  # Posted lines may be deleted by the journal; without a single one nothing can be said against it.
  elif $stock_is_posted and ($stock_lines_missing | length) > 0 and ($stock_lines_there | length) > 0 then
    outcome({status: "unknown", text: "the inventory journal \($stock_number) was posted without all of its lines"})
  elif $accounts_next != null then
    find("accounts_\($accounts_next)"; "MainAccounts"; [portion($accounts_asked; $accounts_next)[] | "MainAccountId eq \(quoted)"] | join(" or "); "MainAccountId")
  elif $items_next != null then
    find("items_\($items_next)"; "ReleasedProductsV2"; "\(of_company) and (\([portion($items_asked; $items_next)[] | "ItemNumber eq \(quoted)"] | join(" or ")))"; "ItemNumber")
  elif $problem and $number == null and $stock_number == null then outcome($problem) + {remember: $remember}
  elif $problem and ($is_posted or $stock_is_posted) then outcome({status: "unknown", text: "one journal is posted, the other cannot be: \($problem.text)"})
  elif $problem then drop($problem)
  elif ($journal | length) > 0 and $number == null then
    send("new_journal"; "POST"; "/data/LedgerJournalHeaders"; {dataAreaId: $s.company, JournalName: $s.journal, Description: $key}) + {remember: $remember}
  elif ($journal | length) > 0 and ($lines_missing | length) > 0 then
    $lines_missing[0] as $n | send("line_\($n)"; "POST"; "/data/LedgerJournalLines"; line($n))
  elif ($stock | length) > 0 and $stock_number == null then
    send("new_stock_journal"; "POST"; "/data/InventoryMovementJournalHeaders"; {dataAreaId: $s.company, JournalNameId: $s.stock_journal, Description: $key}) + {remember: $remember}
  elif ($stock | length) > 0 and ($stock_is_posted | not) and ($stock_lines_missing | length) > 0 then
    $stock_lines_missing[0] as $n | send("stock_line_\($n)"; "POST"; "/data/\($s.stock_lines)"; stock_line($n))
  elif ($journal | length) > 0 and $s.post_path != "" and ($is_posted | not) and $a.post == null then send("post"; "POST"; action($s.post_path; $number); {})
  elif ($stock | length) > 0 and $s.stock_post_path != "" and ($stock_is_posted | not) and $a.post_stock == null then
    send("post_stock"; "POST"; action($s.stock_post_path; $stock_number); {})
  else outcome({status: "posted", reference: ($number // $stock_number // "nothing to book")}) end
