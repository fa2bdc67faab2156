# Reads what stands at ERPNext under the key; changes nothing. What is not there whole is told as absent: posting again finds what
# is there and says the rest.
. as $in | .settings as $s | .answers as $a
| def read($name; $doctype; $filters):
    {request: {name: $name, method: "POST", path: "/api/method/frappe.client.get_list",
               headers: {authorization: "token \($s.api_key):\($s.api_secret)", accept: "application/json"},
               body: {doctype: $doctype, filters: $filters, fields: ["name", "docstatus", $s.key_field], limit_page_length: 0}}};
def has_journal: ((.journal // []) | length) > 0;
# The same keys as in post.jq.
def stock_keys:
  .idempotency_key as $key | [(.stock // [])[] | select(.qty | test("[1-9]")) | .qty | startswith("-")]
  | [(if any(.[]; .) then "\($key)/out" else empty end), (if any(.[]; . | not) then "\($key)/in" else empty end)];
def keys_of: (if has_journal then [.idempotency_key] else [] end) + stock_keys;
[$in.postings[] | select(has_journal) | .idempotency_key] as $journal_keys
| [$in.postings[] | stock_keys[]] as $stock_keys
| [$a[] | select(.status != 200 or (.body.message | type) != "array")] as $faults
| if ($faults | length) > 0 then {outcomes: [$in.postings[] | {status: "unknown", text: "ERPNext answered \($faults[0].status) \($faults[0].body | objects | .exc_type // "")"}]}
  elif ($journal_keys | length) > 0 and $a.journals == null then read("journals"; "Journal Entry"; [[$s.key_field, "in", $journal_keys]])
  elif ($stock_keys | length) > 0 and $a.stocks == null then read("stocks"; "Stock Entry"; [[$s.key_field, "in", $stock_keys]])
  else
    ([($a.journals.body.message // [])[], ($a.stocks.body.message // [])[] | {key: .[$s.key_field], value: .}] | from_entries) as $found
    | {outcomes: [$in.postings[] | keys_of as $keys
        | if all($keys[]; $found[.].docstatus == 1) then {status: "posted", reference: ([$keys[] | $found[.].name][0] // "nothing to book")} else {status: "absent"} end]}
  end
