# Sellable own stock by location. A product is known by its internal reference, which is the SKU unless the product names another.
. as $in | .settings as $s | .session as $session | .answers as $a
| ($s.company | tonumber) as $company
| ($s.locations | try fromjson catch error("the setting locations is not JSON")) as $locations
| [$in.locations[] | select($locations[.])] as $wanted
# Odoo gives binary fractions; thousandths are exact in the hub.
| def decimal: (. * 1000 | round) as $n | (if $n < 0 then -$n else $n end) as $m
    | (if $n < 0 then "-" else "" end) + ($m / 1000 | floor | tostring)
    + (if $m % 1000 == 0 then "" else "." + (1000 + $m % 1000 | tostring | .[1:] | sub("0+$"; "")) end);
if ($wanted | length) == 0 then {on_hand: []}
elif $a.quants == null then
  {request: {name: "quants", method: "POST", path: "/jsonrpc",
             body: {jsonrpc: "2.0", method: "call", id: 1, params: {service: "object", method: "execute_kw",
               args: [$s.database, $session.uid, $s.password, "stock.quant", "search_read",
                      [[["location_id", "in", [$wanted[] | $locations[.]]], ["product_id.default_code", "in", $in.skus], ["owner_id", "=", false]]],
                      {fields: ["location_id", "product_id", "quantity"], context: {lang: "en_US", allowed_company_ids: [$company]}}]}}}}
elif $a.quants.body.error.data.name == "odoo.exceptions.AccessDenied" then {login: true}
elif $a.quants.body.error then error($a.quants.body.error.data.message)
elif $a.products == null then
  {request: {name: "products", method: "POST", path: "/jsonrpc",
             body: {jsonrpc: "2.0", method: "call", id: 1, params: {service: "object", method: "execute_kw",
               args: [$s.database, $session.uid, $s.password, "product.product", "search_read",
                      [[["default_code", "in", $in.skus]]],
                      {fields: ["default_code"], context: {lang: "en_US", allowed_company_ids: [$company]}}]}}}}
elif $a.products.body.error then error($a.products.body.error.data.message)
else
  ([$a.products.body.result[] | {key: (.id | tostring), value: .default_code}] | from_entries) as $skus
  | [$wanted[] as $location | $locations[$location] as $id
     | [$a.quants.body.result[] | select(.location_id[0] == $id)] as $quants
     | $in.skus[] as $sku
     | [$quants[] | select($skus[.product_id[0] | tostring] == $sku) | .quantity]
     | {location: $location, sku: $sku, qty: (add // 0 | decimal)}]
  | {on_hand: .}
end
