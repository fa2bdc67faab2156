# Reads what stands at Odoo under the key; changes nothing. What is there only in part is told as absent: posting again finds it
# and goes on from there.
. as $in | .settings as $s | .session as $session | .answers as $a
| ($s.company | tonumber) as $company
| def read($name; $model; $domain; $fields):
    {request: {name: $name, method: "POST", path: "/jsonrpc",
               body: {jsonrpc: "2.0", method: "call", id: 1, params: {service: "object", method: "execute_kw",
                 args: [$s.database, $session.uid, $s.password, $model, "search_read", [$domain],
                        {fields: $fields, context: {lang: "en_US", allowed_company_ids: [$company]}}]}}}};
def has_journal: ((.journal // []) | length) > 0;
def place($location):
  if (.owner // "") != "" then "\($location)/\(.state // "" | if . == "" then "sellable" else . end)/\(.owner)"
  elif (.state // "") | IN("", "sellable") then $location
  else "\($location)/\(.state)" end;
# The same names as in post.jq.
def transfer_names:
  .location as $location | .idempotency_key as $key
  | [(.stock // [])[] | select(.qty | test("[1-9]"))]
  | group_by([.movement, place($location), (.qty | startswith("-"))]) | to_entries | map("\($key)/\(.key + 1)");
[$in.postings[] | select(has_journal) | .idempotency_key] as $keys
| [$in.postings[] | transfer_names[]] as $names
| [$a[] | select((.body | type) != "object" or .body.error)] as $faults
| if ($faults | length) > 0 then
    if $faults[0].body.error.data.name == "odoo.exceptions.AccessDenied" then {login: true}
    else {outcomes: [$in.postings[] | {status: "unknown", text: ($faults[0].body.error.data.message // "Odoo's answer is not JSON")}]} end
  elif ($keys | length) > 0 and $a.moves == null then
    read("moves"; "account.move"; [["ref", "in", $keys], ["move_type", "=", "entry"], ["company_id", "=", $company]]; ["ref", "name", "state", "date"])
  elif ($names | length) > 0 and $a.pickings == null then
    read("pickings"; "stock.picking"; [["origin", "in", $names], ["backorder_id", "=", false], ["company_id", "=", $company]]; ["origin", "name", "state"])
  else
    ([($a.moves.body.result // [])[] | {key: .ref, value: .}] | from_entries) as $moves
    | ([($a.pickings.body.result // [])[] | {key: .origin, value: .}] | from_entries) as $pickings
    | {outcomes: [$in.postings[]
        | .idempotency_key as $key | transfer_names as $wanted
        | if (has_journal and $moves[$key].state != "posted") or any($wanted[]; $pickings[.].state != "done") then {status: "absent"}
          else {status: "posted", reference: ($moves[$key].name // ($wanted | map($pickings[.].name) | join(", ")) | if . == "" then "nothing to book" else . end)} end]}
  end
