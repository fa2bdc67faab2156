# Tells what Tryton has of products at stores: what is for sale, so neither sub-locations nor goods in transit. Of a location
# or product that Tryton does not know it tells nothing.

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
  def problem($name):
    ($a[$name].body | if type == "object" then .error else null end) as $error
    | if $error == null then "Tryton answered \($a[$name].status) without a result to \($name)"
      elif $error[0] == "UserError" then [$error[1][0, 1] | select(. != null and . != "")] | join(" ")
      elif $error[0] == "UserWarning" then [$error[1][1, 2] | select(. != null and . != "")] | join(" ")
      else "Tryton failed at \($name): \($error[0] | tostring)" end
    | .[0:500];

  ([rows("locations")[] | {key: .code, value: {id: (if .type == "warehouse" then .storage_location else .id end), type}}] | from_entries) as $locations
  | ([rows("products")[] | {key: .code, value: .id}] | from_entries) as $products
  | first(
      (select($in.locations == [] or $in.skus == []) | {on_hand: []}),
      (select(is_asked("locations") | not) | read("locations"; "stock.location"; [["code", "in", $in.locations]]; ["code", "type", "storage_location"])),
      (select(is_bad("locations")) | error(problem("locations"))),
      (select(is_asked("products") | not) | read("products"; "product.product"; [["code", "in", $in.skus], ["type", "!=", "service"]]; ["code"])),
      (select(is_bad("products")) | error(problem("products"))),
      ([$in.locations[] | select($locations[.].id != null)] | unique) as $places
      | ([$in.skus[] | select($products[.] != null)] | unique) as $skus
      | first(
          ($places[] as $place | "on_hand_\($place)" as $name
            | (select(is_bad($name)) | error(problem($name))),
              (select(($skus != []) and (is_asked($name) | not))
                | call($name; "product.product.read"; [[$skus[] | $products[.]], ["quantity"]]; false)
                | .request.body.params[-1] += {locations: [$locations[$place].id], with_childs: false})),
          {on_hand: [$places[] as $place
            | (rows("on_hand_\($place)") | map({key: (.id | tostring), value: .quantity}) | from_entries) as $quantities
            | $skus[] | . as $sku | {location: $place, sku: $sku, qty: ($quantities[$products[$sku] | tostring] * 1000 | round / 1000 | tostring)}]}
        )
    )
