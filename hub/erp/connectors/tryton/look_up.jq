# Says what became of postings. A half-booked one, of which the stock is moved and the entry still a draft (or the other way
# round), is finished here: its documents stand and only wait for their last call. Drafts of which nothing is booked are
# `absent`: `post` finds them by their key and goes on with them.

def iso: "\(.year)-\("0\(.month)"[-2:])-\("0\(.day)"[-2:])";
def is_zero: test("[1-9]") | not;
def amount: if . == null or . == "" then "0" else . end;

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
  def problem($name):
    ($a[$name].body | if type == "object" then .error else null end) as $error
    | if $error == null then "Tryton answered \($a[$name].status) without a result to \($name)"
      elif $error[0] == "UserError" then [$error[1][0, 1] | select(. != null and . != "")] | join(" ")
      elif $error[0] == "UserWarning" then [$error[1][1, 2] | select(. != null and . != "")] | join(" ")
      else "Tryton failed at \($name): \($error[0] | tostring)" end
    | .[0:500];

# ---------------------------------------------------------------- what stands at Tryton

  def place($posting; $line):
    $posting.location
    + (if ($line.state // "") == "" or $line.state == "sellable" then "" else "/" + $line.state end)
    + (if ($line.owner // "") == "" then "" else "@" + $line.owner end);
  # As in post.jq: the ways that goods go are as many as the shipments of one attempt.
  def group($posting; $line):
    ($line.movement // "") as $movement
    | if $movement == "sale" or $movement == "return" or $posting.kind == "sale" or $posting.kind == "return" or $posting.kind == "void" then $set.location_sold
      elif $movement == "receipt" then $set.location_received
      elif $movement == "transfer_out" or $movement == "transfer_in" then $set.location_transit
      else $set.location_adjusted end;
  [$in.postings[] | . as $posting
      | {
          key: .idempotency_key, date: (.posting_date // .business_date),
          has_lines: ([.journal[] | .debit, .credit | amount | is_zero | not] | any),
          ways: ([.stock[] | . as $line | (.qty | amount) as $qty | select($qty | is_zero | not)
            | [place($posting; $line), group($posting; $line), ($qty | startswith("-"))]] | unique | length)
        }] as $plans
  | [$plans[] | select(.has_lines or .ways > 0) | .key] as $keys
  | (rows("claims") | map({key: .fs_id, value: .values}) | from_entries) as $hubs
  | [range($plans | length) as $no | $plans[$no] | . as $plan
      | [rows("moves")[] | select(.description == $plan.key)] as $entries
      | [rows("shipments")[] | select(.reference == $plan.key)] as $shipments
      | [$shipments[] | select(.state != "done")] as $waiting
      | . + {
          no: $no,
          entry: ([$entries[] | select(.state == "posted")] | first),
          shipments: [$shipments[] | select(.state == "done") | .id],
          draft_entry: ([$entries[] | select(.state != "posted" and (.date | iso) == $plan.date)] | first | if . == null then null else .id end),
          draft_shipments: (if ($waiting | length) == .ways and ([$waiting[] | (.effective_date // {year: 0, month: 0, day: 0} | iso) == $plan.date] | all)
            then [$waiting[].id] else [] end)
        }
      | .is_entered = (.has_lines == false or .entry != null)
      | .is_shipped = (.ways == 0 or .shipments != [])
      | .is_foreign = ($hubs[.key] != null and $hubs[.key] != $in.hub.id)
      | .is_half = ((.is_entered and .is_shipped | not) and (.entry != null or .shipments != []) and (.is_foreign | not))
    ] as $all
  | [$all[] | select(.is_half and (.is_shipped | not) and .draft_shipments != [])] as $to_do
  | [$all[] | select(.is_half and (.is_entered | not) and .draft_entry != null)] as $to_post

# ---------------------------------------------------------------- stages

  # One that cannot be finished must not keep the others from it, so after a failed list each is tried alone.
  | def step($name; $whose; $method; ids):
      (select($whose != [] and (is_asked($name) | not)) | call($name; $method; [[$whose[] | ids]]; true)),
      (select(is_bad($name) and ($whose | length) > 1) | $whose[] | "\($name)_\(.no)" as $single
        | select(is_asked($single) | not) | call($single; $method; [[ids]]; true));
    def is_stepped($name): is_good($name) or is_good("\($name)_\(.no)");
    def step_problem($name): "\($name)_\(.no)" as $single | if is_asked($single) then problem($single) else problem($name) end;
    (rows("read_entries") | map({key: .id | tostring, value: .post_number}) | from_entries) as $numbers
  | def outcome:
      . as $one
      | ([$to_do[].no] | index($one.no) != null) as $done_here
      | ([$to_post[].no] | index($one.no) != null) as $posted_here
      | if (.has_lines | not) and .ways == 0 then {status: "posted", reference: "nothing to book"}
        elif .is_entered and .is_shipped then
          {status: "posted", reference: (if .has_lines then .entry.post_number // "entry \(.entry.id)" else "shipment \(.shipments | map(tostring) | join("+"))" end)}
        elif .is_foreign then {status: "unknown", text: "another hub has claimed this key and not booked it"}
        elif $done_here then
          if is_stepped("do_shipments") then {status: "posted", reference: (.entry.post_number // "entry \(.entry.id)")}
          else {status: "unknown", text: "the entry is booked, the stock not yet: \(step_problem("do_shipments"))"} end
        elif $posted_here then
          if is_stepped("post_entries") then {status: "posted", reference: ($numbers[.draft_entry | tostring] // "entry \(.draft_entry)")}
          else {status: "unknown", text: "the stock is booked, the entry not yet: \(step_problem("post_entries"))"} end
        else {status: "absent"} end;
    def not_read($name): {outcomes: [$all[] | {status: "unknown", text: problem($name)}]};
    first(
      (select($keys != [] and (is_asked("claims") | not))
        | read("claims"; "ir.model.data"; [["module", "=", "tillsync"], ["model", "=", "tillsync.posting"], ["fs_id", "in", $keys]]; ["fs_id", "values"])),
      (select(is_bad("claims")) | not_read("claims")),
      (select($keys != [] and (is_asked("moves") | not))
        | read("moves"; "account.move"; [["description", "in", $keys], ["company", "=", $company]]; ["description", "state", "date", "post_number"])),
      (select(is_bad("moves")) | not_read("moves")),
      (select($keys != [] and (is_asked("shipments") | not))
        | read("shipments"; "stock.shipment.internal"; [["reference", "in", $keys], ["company", "=", $company], ["state", "!=", "cancelled"]]; ["reference", "state", "effective_date"])),
      (select(is_bad("shipments")) | not_read("shipments")),
      step("do_shipments"; $to_do; "stock.shipment.internal.done"; .draft_shipments[]),
      step("post_entries"; $to_post; "account.move.post"; .draft_entry),
      (select($to_post != [] and (is_asked("read_entries") | not)) | call("read_entries"; "account.move.read"; [[$to_post[].draft_entry], ["post_number"]]; false)),
      {outcomes: [$all[] | outcome]}
    )
