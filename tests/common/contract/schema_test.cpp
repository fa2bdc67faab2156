// Holds the C++ field lists and the published JSON Schema files against each other, so that neither can drift.
#include <catch2/catch.hpp>
#include <set>

#include "common/base/limits.h"
#include "common/contract/field_list.h"
#include "common/contract/masterdata.h"
#include "common/contract/reservation.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;

namespace {

/// Compares one object's fields with the properties of its schema, and descends.
class SchemaComparer {
 public:
  SchemaComparer(const nlohmann::json& root, const nlohmann::json& schema, std::string where)
      : root_(root), schema_(schema), where_(std::move(where)) {}

  template <class M>
  void field(std::string_view name, const M& /*member*/, Need need) {
    const std::string key(name);
    const std::string where = where_ + "/" + key;
    INFO(where);
    names.insert(key);
    if (need != Need::kOptional) required.insert(key);
    REQUIRE(schema_.at("properties").contains(key));
    compare<M>(schema_["properties"][key], where, need);
  }
  void currency(std::string_view name, const Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, const Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

  template <FieldObject T>
  void object() {
    const T empty{};
    T::fields(*this, empty);
  }

  void finish() const {
    INFO(where_);
    std::set<std::string> published;
    for (const auto& [name, property] : schema_.at("properties").items()) published.insert(name);
    CHECK(published == names);
    std::set<std::string> published_required;
    for (const auto& name : schema_.value("required", nlohmann::json::array()))
      published_required.insert(name.get<std::string>());
    CHECK(published_required == required);
    CHECK_FALSE(schema_.contains("additionalProperties"));  // unknown fields are always allowed
  }

  std::set<std::string> names, required;

 private:
  template <class M>
  void compare(const nlohmann::json& property, const std::string& where, Need need) {
    const std::string ref = property.value("$ref", "");
    if constexpr (kIsOptional<M>) {
      compare<typename M::value_type>(property, where, need);
    } else if constexpr (kIsList<M>) {
      CHECK(property.value("type", "") == "array");
      CHECK(property.value("maxItems", 0) == static_cast<int>(kDocumentLinesMax));
      compare<typename M::value_type>(property.at("items"), where + "/*", need);
    } else if constexpr (FieldObject<M>) {
      REQUIRE(ref.starts_with("#/$defs/"));
      SchemaComparer inner(root_, root_.at("$defs").at(ref.substr(8)), where);
      inner.template object<M>();
      inner.finish();
    } else if constexpr (std::is_same_v<M, std::string> || kIsTextId<M>) {
      const bool is_word =
          property.value("type", "") == "string" && (property.contains("enum") || property.contains("const"));
      CHECK((ref == "#/$defs/identifier" || is_word));
      if (need == Need::kIdentity) CHECK((property.contains("const") || property.value("minLength", 0) == 1));
    } else if constexpr (std::is_same_v<M, bool>) {
      CHECK(property.value("type", "") == "boolean");
    } else {
      CHECK(ref == "#/$defs/" + name_of<M>());
    }
  }

  template <class M>
  static std::string name_of() {
    if constexpr (std::is_same_v<M, FreeText>) return "free_text";
    if constexpr (std::is_same_v<M, std::int64_t>) return "integer";
    if constexpr (std::is_same_v<M, Quantity>) return "quantity";
    if constexpr (std::is_same_v<M, Amount>) return "amount";
    if constexpr (std::is_same_v<M, UnitPrice>) return "unit_price";
    if constexpr (std::is_same_v<M, Rate>) return "rate";
    if constexpr (std::is_same_v<M, Currency>) return "currency";
    if constexpr (std::is_same_v<M, Date>) return "date";
    if constexpr (std::is_same_v<M, Instant>) return "instant";
    return "?";
  }

  const nlohmann::json& root_;
  const nlohmann::json& schema_;
  std::string where_;
};

nlohmann::json schema_of(const std::string& name) {
  return nlohmann::json::parse(
      samples::read_text(samples::source_dir() / "common/contract/schemas" / (name + ".json")));
}

template <FieldObject Body>
void compare_document(const std::string& name) {
  const auto schema = schema_of(name);
  SchemaComparer comparer(schema, schema, name);
  comparer.object<Header>();
  comparer.object<Body>();
  comparer.finish();
  CHECK(schema["properties"]["contract"]["const"] == schema["title"]);
}

template <FieldObject Body>
void compare_masterdata(const std::string& name) {
  auto schema = schema_of(name);
  CHECK(schema["properties"]["contract"]["const"] == schema["title"]);
  schema["properties"].erase("contract");  // stands before the fields of the list, and may be left out
  SchemaComparer comparer(schema, schema, name);
  comparer.object<Body>();
  comparer.finish();
}

}  // namespace

TEST_CASE("schema: documents have the fields of the code", "[contract][schema]") {
  compare_document<Sale>("sale-1");
  compare_document<Return>("return-1");
  compare_document<StockMovement>("stock-movement-1");
  compare_document<TillClose>("till-close-1");
  compare_document<TillEvent>("till-event-1");
  compare_document<Void>("void-1");
  compare_document<Promise>("promise-1");
  compare_document<LeaseClose>("lease-close-1");
}

TEST_CASE("schema: master data and postings have the fields of the code", "[contract][schema]") {
  compare_masterdata<Location>("location-1");
  compare_masterdata<Product>("product-1");
  compare_masterdata<Price>("price-1");
  compare_masterdata<Posting>("posting-1");
  compare_masterdata<ReservationRequest>("reservation-1");
}

TEST_CASE("schema: identifiers and texts have the limits of the code", "[contract][schema]") {
  for (const auto& entry : std::filesystem::directory_iterator(samples::source_dir() / "common/contract/schemas")) {
    INFO(entry.path().string());
    const auto schema = nlohmann::json::parse(samples::read_text(entry.path()));
    CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
    CHECK(schema["$defs"]["identifier"]["maxLength"] == kIdentifierCodePointsMax);
    if (schema["$defs"].contains("free_text"))
      CHECK(schema["$defs"]["free_text"]["maxLength"] == kFreeTextCodePointsMax);
  }
}
