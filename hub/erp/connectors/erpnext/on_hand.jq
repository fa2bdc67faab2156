# Sellable own stock by location, from the bins of its warehouse. The item code is the SKU unless the product names another.
. as $in | .settings as $s | .answers as $a
| ($s.warehouses | try fromjson catch error("the setting warehouses is not JSON")) as $warehouses
| [$in.locations[] | select($warehouses[.])] as $wanted
# ERPNext gives binary fractions; thousandths are exact in the hub.
| def decimal: (. * 1000 | round) as $n | (if $n < 0 then -$n else $n end) as $m
    | (if $n < 0 then "-" else "" end) + ($m / 1000 | floor | tostring)
    + (if $m % 1000 == 0 then "" else "." + (1000 + $m % 1000 | tostring | .[1:] | sub("0+$"; "")) end);
if ($wanted | length) == 0 then {on_hand: []}
elif $a.bins == null then
  {request: {name: "bins", method: "POST", path: "/api/method/frappe.client.get_list",
             headers: {authorization: "token \($s.api_key):\($s.api_secret)", accept: "application/json"},
             body: {doctype: "Bin", filters: [["warehouse", "in", [$wanted[] | $warehouses[.]]], ["item_code", "in", $in.skus]],
                    fields: ["item_code", "warehouse", "actual_qty"], limit_page_length: 0}}}
elif ($a.bins.body.message | type) != "array" then error("ERPNext answered \($a.bins.status)")
else {on_hand: [$wanted[] as $location | $in.skus[] as $sku
        | [$a.bins.body.message[] | select(.warehouse == $warehouses[$location] and .item_code == $sku) | .actual_qty]
        | {location: $location, sku: $sku, qty: (add // 0 | decimal)}]}
end
