# Posts a batch: claims the keys, makes the documents as drafts, moves the stock, posts the entries.
# README.md tells why in this order. The stages at the end run from the top in every turn; the first that has something to
# say ends the turn, and one whose answer is there already says nothing.

# ---------------------------------------------------------------- values

def iso: "\(.year)-\("0\(.month)"[-2:])-\("0\(.day)"[-2:])";
def tryton_date: {"__class__": "date", year: (.[0:4] | tonumber), month: (.[5:7] | tonumber), day: (.[8:10] | tonumber)};
def tryton_decimal: {"__class__": "Decimal", decimal: .};

def amount: if . == null or . == "" then "0" else ltrimstr("+") end;
def is_zero: test("[1-9]") | not;
def negated: if startswith("-") then .[1:] else "-" + . end;
# Ten-thousandths, exact up to 2^53.
def fine:
  capture("^(?<sign>-?)(?<whole>[0-9]*)\\.?(?<part>[0-9]*)$")
  | ((.whole + (.part + "0000")[0:4]) | tonumber) * (if .sign == "-" then -1 else 1 end);
def decimals: capture("^[^.]*\\.?(?<part>[0-9]*?)0*$") | .part | length;

# ---------------------------------------------------------------- talking to Tryton

. as $in
| ($in.answers // {}) as $a
| $in.settings as $set
| ($set.company | tonumber) as $company

| def call($name; $method; $params; $effect):
    {request: ({name: $name, method: "POST", path: "/\($set.database | @uri)/",
      headers: {"authorization": "Session \($in.session)"},
      body: {id: 1, method: "model.\($method)", params: ($params + [{company: $company, language: "en"}])}}
      + if $effect then {effect: true} else {} end)};
  def read($name; $model; $domain; $fields): call($name; "\($model).search_read"; [$domain, 0, null, [["id", "ASC"]], $fields]; false);

  def is_asked($name): $a | has($name);
  def is_good($name): is_asked($name) and ($a[$name].body | type == "object" and has("result"));
  def is_bad($name): is_asked($name) and (is_good($name) | not);
  def result($name): if is_good($name) then $a[$name].body.result else null end;
  def rows($name): result($name) // [];
  # An answer with `error` means that the call's transaction was rolled back, whatever the error is.
  def is_rolled_back($name): is_asked($name) and ($a[$name].body | type == "object" and has("error"));
  def is_business($name): is_rolled_back($name) and ($a[$name].body.error[0] as $kind | $kind == "UserError" or $kind == "UserWarning");
  def is_warned($name): is_rolled_back($name) and $a[$name].body.error[0] == "UserWarning";
  def user_id: $in.session | @base64d | split(":") | .[1] | tonumber;
  def problem($name):
    ($a[$name].body | if type == "object" then .error else null end) as $error
    | if $error == null then "Tryton answered \($a[$name].status) without a result to \($name)"
      elif $error[0] == "UserError" then [$error[1][0, 1] | select(. != null and . != "")] | join(" ")
      elif $error[0] == "UserWarning" then [$error[1][1, 2] | select(. != null and . != "")] | join(" ")
      else "Tryton failed at \($name): \($error[0] | tostring)" end
    | .[0:500];

# ---------------------------------------------------------------- what the postings ask for, in codes

  def place($posting; $line):
    $posting.location
    + (if ($line.state // "") == "" or $line.state == "sellable" then "" else "/" + $line.state end)
    + (if ($line.owner // "") == "" then "" else "@" + $line.owner end);
  def counterpart($posting; $line):
    ($line.movement // "") as $movement
    | if $movement == "sale" or $movement == "return" or $posting.kind == "sale" or $posting.kind == "return" or $posting.kind == "void" then $set.location_sold
      elif $movement == "receipt" then $set.location_received
      elif $movement == "transfer_out" or $movement == "transfer_in" then $set.location_transit
      else $set.location_adjusted end;
  def wanted:
    . as $posting
    | {
        key: .idempotency_key, date: (.posting_date // .business_date), currency: (.currency // ""), location,
        lines: [.journal[] | {account, tax: (if (.tax_code // "") != "" then .tax_code else .tax_base // "" end), is_base: ((.tax_base // "") != ""), text: (.text // .tender // ""), debit: (.debit | amount), credit: (.credit | amount)}
          | select((.debit | is_zero | not) or (.credit | is_zero | not))],
        goods: [.stock[] | . as $line | ($line.qty | amount) as $qty | select($qty | is_zero | not)
          | place($posting; $line) as $here | counterpart($posting; $line) as $there
          | {sku, item: ($posting.items[$line.sku] // $line.sku), qty: ($qty | ltrimstr("-"))}
            + if $qty | startswith("-") then {from: $here, to: $there} else {from: $there, to: $here} end]
      }
    | .is_balanced = (([.lines[] | (.debit | fine) - (.credit | fine)] | add // 0) == 0);

  [$in.postings[] | wanted] as $plans
  | {
      company: [$set.company],
      account: ([$plans[].lines[].account] | unique),
      tax: ([$plans[].lines[].tax | select(. != "")] | unique),
      period: ([$plans[] | select(.lines != []) | .date] | unique),
      journal: [$set.journal],
      party: (if $set.party == "" then [] else [$set.party] end),
      item: ([$plans[].goods[].item] | unique),
      location: ([$plans[].goods[] | .from, .to] | unique)
    } as $codes

# ---------------------------------------------------------------- what stands at Tryton already

  | [$plans[] | select(.lines != [] or .goods != []) | .key] as $keys
  | def claim_rows($name): rows($name) | map({key: .fs_id, value: {id, hub: .values}}) | from_entries;
    claim_rows("claims") as $claims
  | claim_rows("claims_again") as $late_claims
  | ($keys | map(select($claims[.] != null))) as $claimed
  | [range($plans | length) as $no | $plans[$no] | . as $plan
      | [rows("moves")[] | select(.description == $plan.key)] as $entries
      | [rows("shipments")[] | select(.reference == $plan.key)] as $shipments
      | ([$entries[] | select(.state == "posted")] | first) as $posted
      | ([$shipments[] | select(.state == "done")] | first) as $done
      | ([.goods[] | [.from, .to]] | unique) as $ways
      # A draft of another date was made for an earlier wording of this posting.
      | [$entries[] | select(.state != "posted")] as $drafts
      | [$shipments[] | select(.state != "done")] as $waiting
      | (if $posted == null then [$drafts[] | select((.date | iso) == $plan.date)][0:1] else [] end) as $kept
      # All shipments of a posting are made in one call, so another number of them is not one attempt's.
      | (if $done == null and ($waiting | length) == ($ways | length) and ([$waiting[] | (.effective_date // {year: 0, month: 0, day: 0} | iso) == $plan.date] | all)
          then $waiting else [] end) as $kept_shipments
      | . + {
          no: $no, ways: $ways,
          claim: $claims[.key],
          is_empty: (.lines == [] and .goods == []),
          entry: (if .lines == [] then null else $posted end),
          shipment: (if .goods == [] then null else $done end),
          done_shipments: [$shipments[] | select(.state == "done") | .id],
          draft_entry: ($kept[0].id // null),
          draft_shipments: [$kept_shipments[].id],
          stray_entries: ([$drafts[].id] - [$kept[].id]),
          stray_shipments: ([$waiting[].id] - [$kept_shipments[].id])
        }
      | .is_booked = ((.lines == [] or .entry != null) and (.goods == [] or .shipment != null))
      | .is_half = ((.is_booked | not) and (.entry != null or .shipment != null))
      | .is_contested = (.claim == null and $late_claims[.key] != null)
      | .is_foreign = (.claim != null and .claim.hub != $in.hub.id)
      | .needs_entry = (.lines != [] and .entry == null and .draft_entry == null)
      | .needs_shipments = (.goods != [] and .shipment == null and .draft_shipments == [])
    ] as $all

# ---------------------------------------------------------------- ids

  | ($in.known // {}) as $known
  | [$all[] | select((.is_booked or .is_foreign) | not)] as $open
  # Only what is to be made must be found: a posting whose documents stand goes on even if its product has gone since.
  | [$open[] | select(.needs_entry)] as $to_enter
  | [$open[] | select(.needs_shipments)] as $to_ship
  | {
      company: (if $to_enter == [] then [] else [$set.company] end),
      account: ([$to_enter[].lines[].account] | unique),
      tax: ([$to_enter[].lines[].tax | select(. != "")] | unique),
      period: ([$to_enter[].date] | unique),
      journal: (if $to_enter == [] then [] else [$set.journal] end),
      item: ([$to_ship[].goods[].item] | unique),
      location: ([$to_ship[].goods[] | .from, .to] | unique)
    } as $used
  | def unknown_of($kind): [$used[$kind][] | select($known[$kind][.] == null)];
    def one_each: group_by(.key) | map({key: .[0].key, value: (.[0].value + if length > 1 then {is_ambiguous: true} else {} end)}) | from_entries;
    def found($kind):
      rows("find_\($kind)")
      | if $kind == "company" then [.[] | {key: (.id | tostring), value: {currency: .["currency."].code}}] | one_each
        # On SQLite, which has no truth values, Tryton gives 1 for true.
        elif $kind == "account" then [.[] | {key: .code, value: {id, needs_party: (.party_required == true or .party_required == 1)}}] | one_each
        elif $kind == "tax" then [.[] | {key: .name, value: {id}}] | one_each
        elif $kind == "journal" then [.[] | {key: .code, value: {id}}] | one_each
        elif $kind == "party" then [.[] | {key: .code, value: {id}}] | one_each
        elif $kind == "period" then
          . as $periods
          | [$used.period[] as $date | $periods[] | select((.start_date | iso) <= $date and $date <= (.end_date | iso))
            | {key: $date, value: {id, is_open: (.state == "open")}}] | one_each
        elif $kind == "item" then
          [.[] | (.["default_uom."]) as $uom
            | {key: .code, value: {id, uom: $uom.id, type,
                # A quantity finer than the unit's rounding would be rounded by Tryton without a word.
                decimals: ([$uom.digits, (if $uom.rounding > 0 then -($uom.rounding | log10) + 0.000001 | floor else 0 end)] | min)}}] | one_each
        elif $kind == "location" then
          [.[] | {key: .code, value: {id: (if .type == "warehouse" then .storage_location else .id end), type}}] | one_each
        else {} end;
    (["company", "account", "tax", "period", "journal", "party", "item", "location"] | map({key: ., value: found(.)}) | from_entries) as $found
  | def id_of($kind; $code): $known[$kind][$code] // $found[$kind][$code];
    ([$to_enter[].lines[].account | select(id_of("account"; .).needs_party == true)] | length > 0 and $set.party != "" and $known.party[$set.party] == null) as $wants_party
  # Of what was found, only what can be relied on: a period that is closed today may be opened tomorrow.
  | ($found | map_values(with_entries(select(.value.is_ambiguous | not)) | with_entries(select(.value.is_open != false))) | with_entries(select(.value != {}))) as $remember

# ---------------------------------------------------------------- what must be refused

  | def refusal($code; $text; $cause): {status: "refused", code: $code, text: $text, cause: $cause};
    def missing($kind; $code): id_of($kind; $code) == null or id_of($kind; $code).is_ambiguous == true;
    def how($kind; $code; $what): if id_of($kind; $code) == null then "Tryton has no \($what) \($code)" else "Tryton has several \($what)s \($code)" end;
    def reason:
      . as $plan
      | first(
          (select(.needs_entry)
            | (select(.is_balanced | not) | refusal("unbalanced"; "debit and credit of the journal differ"; "posting:\($plan.key)")),
              (select($plan.currency != "" and $plan.currency != id_of("company"; $set.company).currency)
                | refusal("rejected"; "the company keeps its books in \(id_of("company"; $set.company).currency // "no currency that could be read"), the posting is in \($plan.currency)"; "currency:\($plan.currency)")),
              (select(missing("journal"; $set.journal)) | refusal("rejected"; how("journal"; $set.journal; "journal"); "journal:\($set.journal)")),
              ($plan.lines[].account | select(missing("account"; .)) | refusal("unknown_account"; how("account"; .; "open account"); "account:\(.)")),
              ($plan.lines[].account | select(id_of("account"; .).needs_party == true) | select($set.party == "" or missing("party"; $set.party))
                | refusal("rejected"; "account \(.) requires a party and Tryton has no party \($set.party)"; "party:\($set.party)")),
              ($plan.lines[] | select(.is_base | not) | .tax | select(. != "") | select(missing("tax"; .)) | refusal("unknown_tax"; how("tax"; .; "tax"); "tax:\(.)")),
              (select(id_of("period"; $plan.date) == null) | refusal("closed_period"; "Tryton has no period for \($plan.date)"; "period:\($plan.date[0:7])")),
              (select(id_of("period"; $plan.date).is_open == false) | refusal("closed_period"; "the period of \($plan.date) is closed"; "period:\($plan.date[0:7])"))),
          (select(.needs_shipments) | $plan.goods[] | . as $line
            | (select(missing("item"; .item)) | refusal("unknown_item"; how("item"; .item; "product"); "sku:\(.sku)")),
              (select(id_of("item"; .item).type == "service") | refusal("unknown_item"; "product \(.item) is a service and has no stock"; "sku:\(.sku)")),
              (select((.qty | decimals) > id_of("item"; .item).decimals)
                | refusal("rejected"; "the unit of product \(.item) takes \(id_of("item"; .item).decimals) decimals, the quantity is \(.qty)"; "sku:\(.sku)")),
              (.from, .to | select(missing("location"; .)) | refusal("unknown_location"; how("location"; .; "stock location"); "location:\(.)")),
              (.from, .to | id_of("location"; .) as $location | select($location.id == null or (["storage", "lost_found", "warehouse"] | index($location.type)) == null)
                | refusal("unknown_location"; "stock location \(.) is of type \($location.type), which internal shipments do not take"; "location:\(.)"))),
          null);
    [$open[] | . + {refusal: reason}] as $open
  | [$open[] | select(.refusal != null and (.is_half | not))] as $refused
  | [$open[] | select(.refusal == null)] as $valid

# ---------------------------------------------------------------- claims

  | def claim($name; $whose): call($name; "ir.model.data.create"; [[$whose[] | {fs_id: .key, module: "tillsync", model: "tillsync.posting", noupdate: true, values: $in.hub.id}]]; true);
    def find_claims($name; $whose): read($name; "ir.model.data"; [["module", "=", "tillsync"], ["model", "=", "tillsync.posting"], ["fs_id", "in", $whose]]; ["fs_id", "values"]);
    [$valid[] | select(.claim == null and (.is_contested | not))] as $unclaimed
  # Where the list could not be taken as a whole, one of its keys was taken meanwhile; the others are tried once more.
  | (if is_asked("claims_again") then "claim_again" else "claim" end) as $claiming
  | ([range($unclaimed | length) | {key: $unclaimed[.].key, value: rows($claiming)[.]}] | from_entries) as $new_claims
  | [$valid[] | select(.is_contested | not) | .claim_id = (.claim.id // $new_claims[.key]) | select(.claim_id != null)] as $active

# ---------------------------------------------------------------- documents

  | ([$all[] | select(.is_foreign | not) | .stray_entries[]] + [$refused[].draft_entry | select(. != null)]) as $stray_entries
  | ([$all[] | select(.is_foreign | not) | .stray_shipments[]] + [$refused[].draft_shipments[]]) as $stray_shipments
  | [$refused[].claim.id | select(. != null)] as $stray_claims
  | def entry:
      {company: $company, journal: id_of("journal"; $set.journal).id, period: id_of("period"; .date).id, date: (.date | tryton_date), description: .key,
        lines: [["create", [.lines[]
          | id_of("account"; .account) as $account
          | (if .debit | is_zero then .credit else .debit | negated end) as $taxed
          | {account: $account.id, debit: (.debit | tryton_decimal), credit: (.credit | tryton_decimal)}
            + (if .text == "" then {} else {description: .text[0:200]} end)
            + (if $account.needs_party then {party: id_of("party"; $set.party).id} else {} end)
            + (if .tax == "" or (.is_base and (.tax as $tax | missing("tax"; $tax))) then {} else
                {tax_lines: [["create", [{tax: id_of("tax"; .tax).id, type: (if .is_base then "base" else "tax" end), amount: ($taxed | tryton_decimal)}]]]} end)]]]};
    def shipments:
      . as $plan
      | (.date | tryton_date) as $date
      | .ways[] as $way
      | id_of("location"; $way[0]).id as $from | id_of("location"; $way[1]).id as $to
      # Made ready for `done` at once: `wait` and `assign_force` only change states, and would take half of the time again.
      | {company: $company, reference: $plan.key, state: "assigned", planned_date: $date, planned_start_date: $date, effective_date: $date,
          from_location: $from, to_location: $to,
          moves: [["create", [$plan.goods[] | select([.from, .to] == $way) | id_of("item"; .item) as $item
            | {product: $item.id, uom: $item.uom, quantity: (.qty | tonumber), from_location: $from, to_location: $to, company: $company}]]]};
    [$active[] | select(.needs_entry)] as $entering
  | [$active[] | select(.needs_shipments)] as $shipping
  | ([$entering | to_entries[] | {key: .value.key, value: rows("create_entries")[.key]}] | from_entries) as $new_entries
  | ([$shipping[] | .key as $key | .ways[] | $key] as $owners | reduce range($owners | length) as $no ({}; .[$owners[$no]] += [rows("create_shipments")[$no]])) as $new_shipments
  | def entry_id: .draft_entry // $new_entries[.key];
    def shipment_ids: if .needs_shipments then $new_shipments[.key] // [] else .draft_shipments end | map(select(. != null));
    [$active[] | select(.goods != [] and .shipment == null) | shipment_ids[]] as $to_do
  | [$active[] | select(.lines != [] and .entry == null) | entry_id | select(. != null)] as $to_post

# ---------------------------------------------------------------- ends

  | def reference($number): if .is_empty then "nothing to book"
      elif .lines == [] then "shipment \([.done_shipments[], shipment_ids[]] | map(tostring) | unique | join("+"))"
      else $number // "entry \(.entry.id // entry_id)" end;
    def posted($number): {status: "posted", reference: reference($number)};
    # The outcomes of those that this conversation does not book or has not booked; `rest` says what becomes of the active ones.
    def outcomes(rest):
      {outcomes: [$all[] | . as $one
        | ([$open[] | select(.no == $one.no)] | first) as $opened
        | if .is_empty then posted(null)
          elif .is_booked then posted(.entry.post_number)
          elif .is_foreign then {status: "transient", text: "another hub has claimed this key and not booked it", retry_after_s: 30}
          elif $opened.refusal != null then
            if .is_half then {status: "unknown", text: "a part is booked, the rest cannot be: \($opened.refusal.text)"}
            elif is_bad("tidy_entries") or is_bad("tidy_shipments") then {status: "unknown", text: "the drafts of an earlier attempt could not be deleted"}
            else $opened.refusal end
          elif [$active[].no] | index($one.no) != null then $opened | rest
          else {status: "transient", text: (if is_bad("claim_again") then "the key could not be claimed: \(problem("claim_again"))" else "another hub claimed this key at the same time" end), retry_after_s: 5} end]}
      + if $remember == {} then {} else {remember: $remember} end;
    def remembering: if $remember == {} then . else . + {remember: $remember} end;
    def not_now($text): outcomes(if .is_half then {status: "unknown", text: "a part is booked: \($text)"} else {status: "transient", text: $text} end);
    def not_sure($text): outcomes({status: "unknown", text: $text});
    # Before any effect: nothing is booked that was not before.
    def not_read($name): {outcomes: [$plans[] | {status: "transient", text: problem($name)}]};
    def code_of($text):
      if $text | test("closed|reopen period|\"Period\"|outside the period"; "i") then "closed_period"
      elif $text | test("balance"; "i") then "unbalanced"
      else "rejected" end;

    # After a failed step before anything was booked here: the drafts go, and then the batch is split or the posting refused.
    [$active[] | select(.is_half | not)] as $undoable
  | def undo($name):
      problem($name) as $text
      | [$undoable[] | select(.goods != []) | shipment_ids[]] as $shipments
      | [$undoable[] | select(.lines != []) | entry_id | select(. != null)] as $entries
      | first(
          (select($shipments != [] and (is_asked("undo_shipments") | not)) | call("undo_shipments"; "stock.shipment.internal.delete"; [$shipments]; true)),
          (select(is_bad("undo_shipments")) | not_sure("\($text) Then the drafts could not be deleted: \(problem("undo_shipments"))")),
          (select($entries != [] and (is_asked("undo_entries") | not)) | call("undo_entries"; "account.move.delete"; [$entries]; true)),
          (select(is_bad("undo_entries")) | not_sure("\($text) Then the drafts could not be deleted: \(problem("undo_entries"))")),
          (select(($active | length) > 1)
            | if [$all[] | (.is_booked and (.is_empty | not)) or .is_half] | any then not_now($text) else {split: $text} | remembering end),
          (select(is_business($name) | not) | not_now($text)),
          (select($undoable != [] and (is_asked("undo_claim") | not)) | call("undo_claim"; "ir.model.data.delete"; [[$undoable[].claim_id]]; true)),
          outcomes(if .is_half then {status: "unknown", text: "a part is booked: \($text)"}
            else code_of($text) as $code | refusal($code; $text; if $code == "closed_period" then "period:\(.date[0:7])" else "posting:\(.key)" end) end));

# ---------------------------------------------------------------- stages

    def numbers: rows("read_entries") | map({key: .id | tostring, value: .post_number}) | from_entries;
    first(
      (select($in.known == null and $keys != []) | {need: ($codes | with_entries(select(.value != [])))}),

      (select($keys != [] and (is_asked("claims") | not)) | find_claims("claims"; $keys)),
      (select(is_bad("claims")) | not_read("claims")),
      (select($claimed != [] and (is_asked("moves") | not))
        | read("moves"; "account.move"; [["description", "in", $claimed], ["company", "=", $company]]; ["description", "state", "date", "post_number"])),
      (select(is_bad("moves")) | not_read("moves")),
      (select($claimed != [] and (is_asked("shipments") | not))
        | read("shipments"; "stock.shipment.internal"; [["reference", "in", $claimed], ["company", "=", $company], ["state", "!=", "cancelled"]]; ["reference", "state", "effective_date"])),
      (select(is_bad("shipments")) | not_read("shipments")),

      (("company", "account", "tax", "period", "journal", "party", "item", "location") as $kind
        | "find_\($kind)" as $name
        | (select(is_bad($name)) | not_read($name)),
          (select(is_asked($name) | not)
            | (if $kind == "party" then (if $wants_party then [$set.party] else [] end) else unknown_of($kind) end) as $unknown
            | select($unknown != [])
            | if $kind == "company" then call($name; "company.company.read"; [[$company], ["currency.code"]]; false)
              elif $kind == "account" then read($name; "account.account"; [["company", "=", $company], ["type", "!=", null], ["closed", "!=", true], ["code", "in", $unknown]]; ["code", "party_required"])
              elif $kind == "tax" then read($name; "account.tax"; [["company", "=", $company], ["parent", "=", null], ["name", "in", $unknown]]; ["name"])
              elif $kind == "period" then
                read($name; "account.period"; [["company", "=", $company], ["type", "=", "standard"],
                  (["OR"] + [$unknown[] | tryton_date | [["start_date", "<=", .], ["end_date", ">=", .]]])]; ["start_date", "end_date", "state"])
              elif $kind == "journal" then read($name; "account.journal"; [["code", "in", $unknown]]; ["code"])
              elif $kind == "party" then read($name; "party.party"; [["code", "in", $unknown]]; ["code"])
              elif $kind == "item" then read($name; "product.product"; [["code", "in", $unknown]]; ["code", "type", "default_uom.digits", "default_uom.rounding"])
              else read($name; "stock.location"; [["code", "in", $unknown]]; ["code", "type", "storage_location"]) end)),

      (select($stray_shipments != [] and (is_asked("tidy_shipments") | not)) | call("tidy_shipments"; "stock.shipment.internal.delete"; [$stray_shipments]; true)),
      (select(is_bad("tidy_shipments")) | not_sure("the drafts of an earlier attempt could not be deleted: \(problem("tidy_shipments"))")),
      (select($stray_entries != [] and (is_asked("tidy_entries") | not)) | call("tidy_entries"; "account.move.delete"; [$stray_entries]; true)),
      (select(is_bad("tidy_entries")) | not_sure("the drafts of an earlier attempt could not be deleted: \(problem("tidy_entries"))")),
      # A key that is left behind does no harm to the hub that it belongs to, so nothing hangs on the answer.
      (select($stray_claims != [] and (is_asked("tidy_claims") | not)) | call("tidy_claims"; "ir.model.data.delete"; [$stray_claims]; true)),

      (select($unclaimed != [] and (is_asked($claiming) | not)) | claim($claiming; $unclaimed)),
      (select(is_bad("claim") and (is_business("claim") | not)) | not_sure(problem("claim"))),
      (select(is_business("claim") and (is_asked("claims_again") | not)) | find_claims("claims_again"; [$unclaimed[].key])),
      (select(is_bad("claims_again")) | not_sure(problem("claims_again"))),
      (select(is_bad("claim_again") and (is_business("claim_again") | not)) | not_sure(problem("claim_again"))),

      (select($entering != [] and (is_asked("create_entries") | not)) | call("create_entries"; "account.move.create"; [[$entering[] | entry]]; true)),
      (select(is_rolled_back("create_entries")) | undo("create_entries")),
      (select(is_bad("create_entries")) | not_sure(problem("create_entries"))),
      (select($shipping != [] and (is_asked("create_shipments") | not)) | call("create_shipments"; "stock.shipment.internal.create"; [[$shipping[] | shipments]]; true)),
      (select(is_rolled_back("create_shipments")) | undo("create_shipments")),
      (select(is_bad("create_shipments")) | not_sure(problem("create_shipments"))),

      (select($to_do != [] and (is_asked("do_shipments") | not)) | call("do_shipments"; "stock.shipment.internal.done"; [$to_do]; true)),
      # Tryton warns when a date is still to come, as a till's may be where the server's day begins later; it goes on once the
      # user has said yes to this very warning.
      (select(is_warned("do_shipments") and (is_asked("say_yes") | not))
        | call("say_yes"; "res.user.warning.create"; [[{user: user_id, name: $a["do_shipments"].body.error[1][0], always: false}]]; true)),
      (select(is_good("say_yes") and (is_asked("do_shipments_now") | not)) | call("do_shipments_now"; "stock.shipment.internal.done"; [$to_do]; true)),
      (if is_good("say_yes") then "do_shipments_now" else "do_shipments" end) as $doing
      | (select(is_rolled_back($doing)) | undo($doing)),
        (select(is_bad($doing)) | not_sure(problem($doing))),
      (select($to_post != [] and (is_asked("post_entries") | not)) | call("post_entries"; "account.move.post"; [$to_post]; true)),
      # From here on stock is booked, so nothing is undone; a look-up goes on one by one.
      (select(is_rolled_back("post_entries"))
        | problem("post_entries") as $text
        | if $to_do == [] then undo("post_entries")
          else outcomes(if .goods != [] or .is_half then {status: "unknown", text: "the stock is booked, the entry not yet: \($text)"} else {status: "transient", text: $text} end) end),
      (select(is_bad("post_entries")) | not_sure(problem("post_entries"))),

      (select($to_post != [] and (is_asked("read_entries") | not)) | call("read_entries"; "account.move.read"; [$to_post, ["post_number"]]; false)),
      # Without the numbers the ids say as well where it stands.
      (numbers as $numbers | outcomes(posted(.entry.post_number // (if .lines == [] then null else $numbers[entry_id | tostring] end))))
    )
