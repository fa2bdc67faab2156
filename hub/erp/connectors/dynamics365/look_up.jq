# Reads what stands at Dynamics under the key; changes nothing. What is there only in part is told as absent: posting again finds
# it and goes on from there.
. as $in | .settings as $s | .session as $session | .answers as $a | .postings[0] as $p
| def quoted: "'" + gsub("'"; "''") + "'";
def find($name; $set; $filter; $select):
  {request: {name: $name, method: "GET", path: "/data/\($set)",
             query: {"cross-company": "true", "$filter": "dataAreaId eq \($s.company | quoted) and \($filter)", "$select": $select},
             headers: {authorization: "Bearer \($session.token)", accept: "application/json"}}};
def rows($name): $a[$name].body.value // [];
(($p.journal // []) | length) as $lines
| ([($p.stock // [])[] | select(.qty | test("[1-9]"))] | length) as $stock_lines
| rows("journal")[0] as $journal | rows("stock_journal")[0] as $stock_journal
| def is_whole: ($lines == 0 or ($journal != null and (rows("lines") | length) >= $lines and ($s.post_path == "" or $journal.IsPosted == "Yes")))
    and ($stock_lines == 0 or ($stock_journal != null and ($stock_journal.IsPosted == "Yes" or ($s.stock_post_path == "" and (rows("stock_lines") | length) >= $stock_lines))));
if any($a[]; .status >= 300) then {outcomes: [{status: "unknown", text: ([$a[] | select(.status >= 300)][0] | (.body | objects | .error | objects | (.innererror | objects | .message) // .message) // "HTTP \(.status)")}]}
elif $lines > 0 and $a.journal == null then find("journal"; "LedgerJournalHeaders"; "Description eq \($p.idempotency_key | quoted)"; "JournalBatchNumber,Description,IsPosted")
elif $stock_lines > 0 and $a.stock_journal == null then find("stock_journal"; "InventoryMovementJournalHeaders"; "Description eq \($p.idempotency_key | quoted)"; "JournalNumber,Description,IsPosted")
elif (rows("journal") | length) > 1 or (rows("stock_journal") | length) > 1 then
  {outcomes: [{status: "unknown", text: "several journals have the description \($p.idempotency_key): a person has to remove all but one"}]}
elif $journal != null and $a.lines == null then find("lines"; "LedgerJournalLines"; "JournalBatchNumber eq \($journal.JournalBatchNumber | quoted)"; "LineNumber")
elif $stock_journal != null and $stock_journal.IsPosted != "Yes" and $a.stock_lines == null then
  find("stock_lines"; $s.stock_lines; "JournalNumber eq \($stock_journal.JournalNumber | quoted)"; "LineNumber")
elif is_whole then {outcomes: [{status: "posted", reference: ($journal.JournalBatchNumber // $stock_journal.JournalNumber // "nothing to book")}]}
else {outcomes: [{status: "absent"}]} end
