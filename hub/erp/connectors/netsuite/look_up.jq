# Reads what stands at NetSuite under the external ids; changes nothing. What is there only in part is told as absent: posting again
# finds it and makes the rest.
. as $in | .settings as $s | .session as $session | .answers as $a | .postings[0] as $p
| $p.idempotency_key as $key
# The same names as in post.jq.
| [(if (($p.journal // []) | length) > 0 then {name: "journal", path: "journalEntry/eid:\($key)"} else empty end),
   ([($p.stock // [])[] | select(.qty | test("[1-9]"))] | group_by(.movement)[] | {name: "stock_\(.[0].movement)", path: "inventoryAdjustment/eid:\($key)_\(.[0].movement)"})] as $documents
| ([$documents[] | select($a[.name] == null)][0]) as $next
| ([$a[] | select(.status >= 300 and .status != 404)][0]) as $fault
| if $fault then {outcomes: [{status: "unknown", text: ([$fault.body | objects | ."o:errorDetails" | arrays | .[].detail] | if length > 0 then join("; ") else "HTTP \($fault.status)" end)}]}
  elif $next then {request: {name: $next.name, method: "GET", path: "/services/rest/record/v1/\($next.path)", headers: {authorization: "Bearer \($session.token)", accept: "application/json"}}}
  elif all($documents[]; $a[.name].status == 200) then {outcomes: [{status: "posted", reference: ([$documents[] | $a[.name].body | objects | .id | tostring][0] // "nothing to book")}]}
  else {outcomes: [{status: "absent"}]} end
