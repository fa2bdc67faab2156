# Stock of sellable own goods by location. The item name is the SKU unless the product names another.
. as $in | .settings as $s | .session as $session | .answers as $a
| ($s.locations | try fromjson catch error("the setting locations is not JSON")) as $locations
| [$in.locations[] | select($locations[.])] as $wanted
| def quoted: "'" + gsub("'"; "''") + "'";
def decimal: (. * 1000 | round) as $n | (if $n < 0 then -$n else $n end) as $m
  | (if $n < 0 then "-" else "" end) + ($m / 1000 | floor | tostring)
  + (if $m % 1000 == 0 then "" else "." + (1000 + $m % 1000 | tostring | .[1:] | sub("0+$"; "")) end);
if $wanted == [] or $in.skus == [] then {on_hand: []}
elif $a.stock == null then
  {request: {name: "stock", method: "POST", path: "/services/rest/query/v1/suiteql", headers: {authorization: "Bearer \($session.token)", prefer: "transient"},
             body: {q: "SELECT item.itemid, aggregateitemlocation.location, aggregateitemlocation.quantityonhand FROM aggregateitemlocation JOIN item ON item.id = aggregateitemlocation.item WHERE aggregateitemlocation.location IN (\([$wanted[] | $locations[.] | tostring] | join(", "))) AND item.itemid IN (\([$in.skus[] | quoted] | join(", ")))"}}}
elif $a.stock.status != 200 then error("NetSuite answered \($a.stock.status)")
elif $a.stock.body.hasMore then error("more than one page of stock: ask for fewer SKUs")
else {on_hand: [$wanted[] as $location | $in.skus[] as $sku
        | [$a.stock.body.items[] | select((.location | tostring) == ($locations[$location] | tostring) and .itemid == $sku) | .quantityonhand | select(. != null) | tonumber]
        | {location: $location, sku: $sku, qty: (add // 0 | decimal)}]}
end
