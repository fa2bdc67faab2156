#include "common/contract/masterdata.h"

#include "common/contract/array_codec.h"
#include "common/contract/json_writer.h"
#include "common/contract/typed_reader.h"

namespace tillsync {
namespace {

/// contract: what the member `contract` must say where it is given, "product/1".
template <FieldObject T>
std::expected<T, Problem> parse(const Value& tree, std::string_view pointer_base, std::string_view contract) {
  TypedReader reader;
  const Path root{.name = pointer_base};
  T object;
  if (const ValueObject* tree_object = reader.object(tree, root)) {
    Members members(*tree_object);
    if (const Value* given = members.take("contract")) {
      const auto* text = std::get_if<std::string>(&given->data);
      if (text == nullptr || *text != contract)
        reader.refuse("unknown_contract", "expected \"" + std::string(contract) + "\"", root.member("contract"));
    }
    ObjectReader<T> visitor(reader, members, root, kDigitsWithoutCurrency);
    T::fields(visitor, object);
    if (!reader.fault()) {
      members.copy_unknown(object.extras);
      reader.clean(object.extras, root, false);
    }
  }
  if (reader.fault()) return std::unexpected(*reader.fault());
  return object;
}

template <FieldObject T>
std::string to_json(const T& object, std::string_view contract) {
  std::string json = "{\"contract\":";
  append_json_string(json, contract);
  bool is_first = false;
  JsonObjectWriter<T> visitor(json, kDigitsWithoutCurrency, is_first);
  T::fields(visitor, object);
  append_json_members(json, object.extras, is_first);
  return json + "}";
}

}  // namespace

std::expected<Location, Problem> parse_location(const Value& tree, std::string_view pointer_base) {
  return parse<Location>(tree, pointer_base, "location/1");
}
std::expected<Product, Problem> parse_product(const Value& tree, std::string_view pointer_base) {
  return parse<Product>(tree, pointer_base, "product/1");
}
std::expected<Price, Problem> parse_price(const Value& tree, std::string_view pointer_base) {
  return parse<Price>(tree, pointer_base, "price/1");
}
std::expected<Posting, Problem> parse_posting(const Value& tree, std::string_view pointer_base) {
  return parse<Posting>(tree, pointer_base, "posting/1");
}

std::string location_to_json(const Location& location) {
  return to_json(location, "location/1");
}
std::string product_to_json(const Product& product) {
  return to_json(product, "product/1");
}
std::string price_to_json(const Price& price) {
  return to_json(price, "price/1");
}
std::string posting_to_json(const Posting& posting) {
  return to_json(posting, "posting/1");
}

Bytes encode_posting(const Posting& posting) {
  return encode_object(posting);
}
Result<Posting> decode_posting(BytesView bytes) {
  return decode_object<Posting>(bytes, "decode posting");
}
Bytes encode_product(const Product& product) {
  return encode_object(product);
}
Result<Product> decode_product(BytesView bytes) {
  return decode_object<Product>(bytes, "decode product");
}
Bytes encode_price(const Price& price) {
  return encode_object(price);
}
Result<Price> decode_price(BytesView bytes) {
  return decode_object<Price>(bytes, "decode price");
}

}  // namespace tillsync
