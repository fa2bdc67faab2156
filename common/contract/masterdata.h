// Documents from the back office: location, product, price; and the posting to the ERP. Same field lists and codecs as
// document.h. Pure. Source: CONTRACT "From the back office".
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/contract/codec.h"
#include "common/contract/document.h"

namespace tillsync {

struct LocationTill {
  TillId id;
  std::optional<Date> active_from, active_to;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("id", s.id, Need::kIdentity);
    v.field("active_from", s.active_from, Need::kOptional);
    v.field("active_to", s.active_to, Need::kOptional);
  }
};

struct Location {
  LocationId id;
  FreeText name;
  std::string kind;  // store | warehouse
  std::string time_zone;
  FreeText opening_hours;
  std::string status;  // planned | open | closed | refit
  std::vector<LocationTill> tills;
  bool sells_online = false;
  std::string safety_stock_policy, group;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("id", s.id, Need::kIdentity);
    v.field("name", s.name, Need::kRequired);
    v.field("kind", s.kind, Need::kOptional);
    v.field("time_zone", s.time_zone, Need::kOptional);
    v.field("opening_hours", s.opening_hours, Need::kOptional);
    v.field("status", s.status, Need::kOptional);
    v.field("tills", s.tills, Need::kOptional);
    v.field("sells_online", s.sells_online, Need::kOptional);
    v.field("safety_stock_policy", s.safety_stock_policy, Need::kOptional);
    v.field("group", s.group, Need::kOptional);
  }
};

struct Gtin {
  std::string gtin;
  Quantity pack_qty;  // 0 = 1
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("gtin", s.gtin, Need::kIdentity);
    v.field("pack_qty", s.pack_qty, Need::kOptional);
  }
};

struct BundlePart {
  Sku sku;
  Quantity qty;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sku", s.sku, Need::kIdentity);
    v.field("qty", s.qty, Need::kRequired);
  }
};

struct Product {
  Sku sku;
  std::vector<Gtin> gtins;
  FreeText description;
  std::string uom;
  std::string kind;  // as a sale line's kind; "" = goods
  std::vector<std::string> tax_codes;
  std::vector<BundlePart> bundle;
  bool lot_tracked = false, serial_tracked = false;
  std::string erp_item;
  bool active = true;
  std::int64_t version = 0;
  std::string stock_class;  // which rules of leases and safety stock it follows; "" = the default ones
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sku", s.sku, Need::kIdentity);
    v.field("gtins", s.gtins, Need::kOptional);
    v.field("description", s.description, Need::kOptional);
    v.field("uom", s.uom, Need::kOptional);
    v.field("kind", s.kind, Need::kOptional);
    v.field("tax_codes", s.tax_codes, Need::kOptional);
    v.field("bundle", s.bundle, Need::kOptional);
    v.field("lot_tracked", s.lot_tracked, Need::kOptional);
    v.field("serial_tracked", s.serial_tracked, Need::kOptional);
    v.field("erp_item", s.erp_item, Need::kOptional);
    v.field("active", s.active, Need::kOptional);
    v.field("version", s.version, Need::kOptional);
    v.field("stock_class", s.stock_class, Need::kOptional);
  }
};

struct Price {
  Sku sku;
  LocationId location;
  std::string group;
  Currency currency;
  UnitPrice unit_price;
  bool prices_include_tax = false;
  std::optional<Instant> valid_from, valid_to;
  std::string promo_id;
  std::int64_t version = 0;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sku", s.sku, Need::kIdentity);
    v.field("location", s.location, Need::kOptional);
    v.field("group", s.group, Need::kOptional);
    v.currency("currency", s.currency, Need::kRequired);
    v.field("unit_price", s.unit_price, Need::kRequired);
    v.field("prices_include_tax", s.prices_include_tax, Need::kOptional);
    v.field("valid_from", s.valid_from, Need::kOptional);
    v.field("valid_to", s.valid_to, Need::kOptional);
    v.field("promo_id", s.promo_id, Need::kOptional);
    v.field("version", s.version, Need::kOptional);
  }
};

struct JournalLine {
  std::string account;  // of the chart of accounts
  Amount debit, credit; // one of them is 0
  std::string tax_code, tender;
  FreeText text;
  Rate tax_rate;          // of a line with a tax_code
  std::string tax_base;   // of a line of revenue: the tax code that it is taxed under
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("account", s.account, Need::kRequired);
    v.field("debit", s.debit, Need::kOptional);
    v.field("credit", s.credit, Need::kOptional);
    v.field("tax_code", s.tax_code, Need::kOptional);
    v.field("tender", s.tender, Need::kOptional);
    v.field("text", s.text, Need::kOptional);
    v.field("tax_rate", s.tax_rate, Need::kOptional);
    v.field("tax_base", s.tax_base, Need::kOptional);
  }
};

struct PostingStock {
  Sku sku;
  Quantity qty;  // change of stock at the location: sold is negative
  std::string state, owner, movement;
  UnitPrice unit_cost;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sku", s.sku, Need::kRequired);
    v.field("qty", s.qty, Need::kRequired);
    v.field("state", s.state, Need::kOptional);
    v.field("owner", s.owner, Need::kOptional);
    v.field("movement", s.movement, Need::kOptional);
    v.field("unit_cost", s.unit_cost, Need::kOptional);
  }
};

/// posting/1: Σ debit = Σ credit. documents: the frozen list of event ids that it stands for.
struct Posting {
  std::string posting_id, kind;  // kind: sale | return | stock | void | till_close | till_event
  LocationId location;
  std::optional<Date> business_date, posting_date;
  Currency currency;
  std::string ordering_key, idempotency_key;
  std::vector<JournalLine> journal;
  std::vector<PostingStock> stock;
  std::vector<std::string> documents;
  Amount gross;  // of the documents, signed; what the balance POS = hub = ERP compares
  CorrelationId correlation_id;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("posting_id", s.posting_id, Need::kIdentity);
    v.field("kind", s.kind, Need::kRequired);
    v.field("location", s.location, Need::kRequired);
    v.field("business_date", s.business_date, Need::kRequired);
    v.field("posting_date", s.posting_date, Need::kOptional);
    v.currency("currency", s.currency, Need::kOptional);
    v.field("ordering_key", s.ordering_key, Need::kRequired);
    v.field("idempotency_key", s.idempotency_key, Need::kRequired);
    v.field("journal", s.journal, Need::kRequired);
    v.field("stock", s.stock, Need::kRequired);
    v.field("documents", s.documents, Need::kRequired);
    v.field("gross", s.gross, Need::kOptional);
    v.field("correlation_id", s.correlation_id, Need::kOptional);
  }
};

std::expected<Location, Problem> parse_location(const Value& tree, std::string_view pointer_base = "");
std::expected<Product, Problem> parse_product(const Value& tree, std::string_view pointer_base = "");
std::expected<Price, Problem> parse_price(const Value& tree, std::string_view pointer_base = "");
std::expected<Posting, Problem> parse_posting(const Value& tree, std::string_view pointer_base = "");
std::string location_to_json(const Location& location);
std::string product_to_json(const Product& product);
std::string price_to_json(const Price& price);
std::string posting_to_json(const Posting& posting);
/// Compact arrays as of encode_document, for storage: [1, fields…].
Bytes encode_posting(const Posting& posting);
Result<Posting> decode_posting(BytesView bytes);
Bytes encode_product(const Product& product);
Result<Product> decode_product(BytesView bytes);
Bytes encode_price(const Price& price);
Result<Price> decode_price(BytesView bytes);

}  // namespace tillsync
