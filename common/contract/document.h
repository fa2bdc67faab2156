// The canonical documents of a POS or a stock room (CONTRACT.md), typed. One list of fields per object, `fields(visitor,
// self)`, is the single source for the JSON reader and writer, the MessagePack array codec, the canonical form of the
// content hash and the test against the JSON Schema files. Its order is the array position on the wire: append only.
//
// Enumerations of the contract stay text here, because an unknown value is a fact that is kept; vocabulary.h has the known
// ones. Numbers that were not given are 0; std::optional stands where "not given" differs from 0. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/decimal.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/value.h"

namespace tillsync {

/// What a missing field means: kRequired gives a warning (a fact is never refused for it), kIdentity a refusal.
enum class Need { kOptional, kRequired, kIdentity };

/// Free text, up to kFreeTextCodePointsMax code points; everything else that is text is an identifier of up to 64.
struct FreeText {
  std::string value;
  auto operator<=>(const FreeText&) const = default;
};

/// Visitors offer: field(name, member, need); currency(name, member, need), which also sets the minor unit of every Amount
/// that follows in this object and inside it; foreign(name, member, currency), an Amount in another currency.
struct Fiscal {
  std::string device, number;
  FreeText signature;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("device", s.device, Need::kOptional);
    v.field("number", s.number, Need::kOptional);
    v.field("signature", s.signature, Need::kOptional);
  }
};

struct Header {
  std::string contract;  // "sale/1"
  TillId till;
  Series series;
  DocumentNo document_no;
  std::optional<std::int64_t> sequence;
  std::optional<Date> business_date;
  std::optional<Instant> occurred_at;
  std::string mode = "live";  // live | training
  std::string operator_id;
  std::string shift;
  CorrelationId correlation_id;
  std::optional<Fiscal> fiscal;
  std::vector<std::string> critical;
  LocationId location;  // may be named by the POS; must then be the agent's own
  std::string source;   // who put it in at the hub: WMS, 3PL, ERP
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("contract", s.contract, Need::kIdentity);
    v.field("till", s.till, Need::kIdentity);
    v.field("series", s.series, Need::kOptional);
    v.field("document_no", s.document_no, Need::kIdentity);
    v.field("sequence", s.sequence, Need::kOptional);
    v.field("business_date", s.business_date, Need::kRequired);
    v.field("occurred_at", s.occurred_at, Need::kRequired);
    v.field("mode", s.mode, Need::kOptional);
    v.field("operator", s.operator_id, Need::kOptional);
    v.field("shift", s.shift, Need::kOptional);
    v.field("correlation_id", s.correlation_id, Need::kOptional);
    v.field("fiscal", s.fiscal, Need::kOptional);
    v.field("critical", s.critical, Need::kOptional);
    v.field("location", s.location, Need::kOptional);
    v.field("source", s.source, Need::kOptional);
  }
};

/// Names a document, as `original`, `reverses` and `voids` do. Empty location, till and series mean the document's own.
struct DocumentRef {
  LocationId location;
  TillId till;
  Series series;
  std::string contract;
  DocumentNo document_no;
  std::int64_t line_no = 0;
  std::string channel, order_no;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("location", s.location, Need::kOptional);
    v.field("till", s.till, Need::kOptional);
    v.field("series", s.series, Need::kOptional);
    v.field("contract", s.contract, Need::kOptional);
    v.field("document_no", s.document_no, Need::kOptional);
    v.field("line_no", s.line_no, Need::kOptional);
    v.field("channel", s.channel, Need::kOptional);
    v.field("order_no", s.order_no, Need::kOptional);
  }
};

struct Reason {
  std::string code;
  FreeText text;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("code", s.code, Need::kOptional);
    v.field("text", s.text, Need::kOptional);
  }
};

struct Lot {
  std::string lot;
  std::optional<Date> expiry;
  std::string serial;
  Quantity qty;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("lot", s.lot, Need::kOptional);
    v.field("expiry", s.expiry, Need::kOptional);
    v.field("serial", s.serial, Need::kOptional);
    v.field("qty", s.qty, Need::kOptional);
  }
};

struct Discount {
  std::string type, promo_id, coupon;
  Amount amount;
  std::string funded_by;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("type", s.type, Need::kOptional);
    v.field("promo_id", s.promo_id, Need::kOptional);
    v.field("coupon", s.coupon, Need::kOptional);
    v.field("amount", s.amount, Need::kRequired);
    v.field("funded_by", s.funded_by, Need::kOptional);
  }
};

struct PriceReason {
  std::string code, approved_by;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("code", s.code, Need::kOptional);
    v.field("approved_by", s.approved_by, Need::kOptional);
  }
};

struct SaleLine {
  std::int64_t line_no = 0;
  std::string kind;  // goods | service | shipping | fee | discount | gift_card | deposit | tip | donation | account
  Sku sku;
  std::string gtin;
  FreeText description;
  Quantity qty;
  std::string uom;
  Quantity pack_qty;
  UnitPrice unit_price;
  std::vector<Discount> discounts;
  std::optional<PriceReason> price_reason;
  Amount amount;
  std::vector<std::string> tax_codes;
  std::vector<Lot> lots;
  std::int64_t parent_line_no = 0;
  std::string state;  // of goods that come back; "" = sellable
  std::optional<Reason> reason;
  std::optional<DocumentRef> original;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("line_no", s.line_no, Need::kRequired);
    v.field("kind", s.kind, Need::kRequired);
    v.field("sku", s.sku, Need::kOptional);
    v.field("gtin", s.gtin, Need::kOptional);
    v.field("description", s.description, Need::kOptional);
    v.field("qty", s.qty, Need::kRequired);
    v.field("uom", s.uom, Need::kOptional);
    v.field("pack_qty", s.pack_qty, Need::kOptional);
    v.field("unit_price", s.unit_price, Need::kRequired);
    v.field("discounts", s.discounts, Need::kOptional);
    v.field("price_reason", s.price_reason, Need::kOptional);
    v.field("amount", s.amount, Need::kRequired);
    v.field("tax_codes", s.tax_codes, Need::kOptional);
    v.field("lots", s.lots, Need::kOptional);
    v.field("parent_line_no", s.parent_line_no, Need::kOptional);
    v.field("state", s.state, Need::kOptional);
    v.field("reason", s.reason, Need::kOptional);
    v.field("original", s.original, Need::kOptional);
  }
};

struct TaxSummary {
  std::string code;
  Rate rate;
  Amount base, amount;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("code", s.code, Need::kRequired);
    v.field("rate", s.rate, Need::kRequired);
    v.field("base", s.base, Need::kRequired);
    v.field("amount", s.amount, Need::kRequired);
  }
};

struct Card {
  std::string scheme, last4, auth_code, terminal, merchant, rrn, authorised;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("scheme", s.scheme, Need::kOptional);
    v.field("last4", s.last4, Need::kOptional);
    v.field("auth_code", s.auth_code, Need::kOptional);
    v.field("terminal", s.terminal, Need::kOptional);
    v.field("merchant", s.merchant, Need::kOptional);
    v.field("rrn", s.rrn, Need::kOptional);
    v.field("authorised", s.authorised, Need::kOptional);
  }
};

struct Tender {
  std::int64_t tender_no = 0;
  std::string type;
  Amount amount;      // in the document's currency; change is negative cash
  Currency currency;  // of foreign_amount; empty = the document's
  Amount foreign_amount;
  Rate rate;
  std::optional<Card> card;
  std::string instrument_ref;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("tender_no", s.tender_no, Need::kOptional);
    v.field("type", s.type, Need::kRequired);
    v.field("amount", s.amount, Need::kRequired);
    v.field("currency", s.currency, Need::kOptional);
    v.foreign("foreign_amount", s.foreign_amount, s.currency);
    v.field("rate", s.rate, Need::kOptional);
    v.field("card", s.card, Need::kOptional);
    v.field("instrument_ref", s.instrument_ref, Need::kOptional);
  }
};

struct Totals {
  Amount net, tax, gross, rounding;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("net", s.net, Need::kRequired);
    v.field("tax", s.tax, Need::kRequired);
    v.field("gross", s.gross, Need::kRequired);
    v.field("rounding", s.rounding, Need::kOptional);
  }
};

/// sale/1: quantities and amounts are signed, so exchanges and mixed tickets are one document.
struct Sale {
  Currency currency;
  bool prices_include_tax = false;
  std::string customer, order_no, reservation_id;
  std::vector<SaleLine> lines;
  std::vector<TaxSummary> tax_summary;
  std::vector<Tender> tenders;
  Totals totals;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.currency("currency", s.currency, Need::kRequired);
    v.field("prices_include_tax", s.prices_include_tax, Need::kOptional);
    v.field("customer", s.customer, Need::kOptional);
    v.field("order_no", s.order_no, Need::kOptional);
    v.field("reservation_id", s.reservation_id, Need::kOptional);
    v.field("lines", s.lines, Need::kRequired);
    v.field("tax_summary", s.tax_summary, Need::kOptional);
    v.field("tenders", s.tenders, Need::kRequired);
    v.field("totals", s.totals, Need::kRequired);
  }
};

/// return/1: the fields of a sale; positive quantities and amounts mean goods and money coming back.
struct Return : Sale {};

struct MovementLine {
  Sku sku;
  std::string gtin;
  Quantity qty;
  std::string uom;
  Quantity pack_qty;
  std::string state;  // "" = sellable
  std::string owner;  // "" = the chain's own stock; else whose consignment it is
  std::vector<Lot> lots;
  UnitPrice unit_cost;
  std::optional<Reason> reason;
  std::optional<Instant> counted_at;
  std::int64_t line_no = 0;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sku", s.sku, Need::kRequired);
    v.field("gtin", s.gtin, Need::kOptional);
    v.field("qty", s.qty, Need::kRequired);
    v.field("uom", s.uom, Need::kOptional);
    v.field("pack_qty", s.pack_qty, Need::kOptional);
    v.field("state", s.state, Need::kOptional);
    v.field("owner", s.owner, Need::kOptional);
    v.field("lots", s.lots, Need::kOptional);
    v.field("unit_cost", s.unit_cost, Need::kOptional);
    v.field("reason", s.reason, Need::kOptional);
    v.field("counted_at", s.counted_at, Need::kOptional);
    v.field("line_no", s.line_no, Need::kOptional);
  }
};

struct StockMovement {
  std::string type;  // receipt | transfer_out | transfer_in | adjustment | count | status_change | opening
  std::string from_state, to_state, reference, counterpart, transfer_no;
  std::optional<DocumentRef> reverses;
  std::optional<Reason> reason;
  std::vector<MovementLine> lines;
  std::string count_id, area, scope;  // of a count; scope full | partial
  bool final_count = false;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("type", s.type, Need::kRequired);
    v.field("from_state", s.from_state, Need::kOptional);
    v.field("to_state", s.to_state, Need::kOptional);
    v.field("reference", s.reference, Need::kOptional);
    v.field("counterpart", s.counterpart, Need::kOptional);
    v.field("transfer_no", s.transfer_no, Need::kOptional);
    v.field("reverses", s.reverses, Need::kOptional);
    v.field("reason", s.reason, Need::kOptional);
    v.field("lines", s.lines, Need::kRequired);
    v.field("count_id", s.count_id, Need::kOptional);
    v.field("area", s.area, Need::kOptional);
    v.field("scope", s.scope, Need::kOptional);
    v.field("final", s.final_count, Need::kOptional);
  }
};

struct CloseCounts {
  std::int64_t sale = 0, return_count = 0, void_count = 0, no_sale = 0, training = 0;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("sale", s.sale, Need::kOptional);
    v.field("return", s.return_count, Need::kOptional);
    v.field("void", s.void_count, Need::kOptional);
    v.field("no_sale", s.no_sale, Need::kOptional);
    v.field("training", s.training, Need::kOptional);
  }
};

struct CloseTax {
  std::string code;
  Rate rate;
  Amount base, amount;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("code", s.code, Need::kRequired);
    v.field("rate", s.rate, Need::kOptional);
    v.field("base", s.base, Need::kOptional);
    v.field("amount", s.amount, Need::kRequired);
  }
};

struct CloseTotals {
  Currency currency;
  Amount net;
  std::vector<CloseTax> taxes;
  Amount gross, discounts, rounding;
  Amount tax;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.currency("currency", s.currency, Need::kRequired);
    v.field("net", s.net, Need::kRequired);
    v.field("taxes", s.taxes, Need::kOptional);
    v.field("gross", s.gross, Need::kRequired);
    v.field("discounts", s.discounts, Need::kOptional);
    v.field("rounding", s.rounding, Need::kOptional);
    v.field("tax", s.tax, Need::kOptional);
  }
};

struct CloseTender {
  std::string type;
  Currency currency;
  Amount expected;
  std::optional<Amount> counted;  // absent: not counted
  Amount over_short;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("type", s.type, Need::kRequired);
    v.currency("currency", s.currency, Need::kRequired);
    v.field("expected", s.expected, Need::kRequired);
    v.field("counted", s.counted, Need::kOptional);
    v.field("over_short", s.over_short, Need::kOptional);
  }
};

/// till-close/1. Signs: sales count positive, returns negative, in totals and tenders.
struct TillClose {
  std::string z_no;
  std::int64_t revision = 0;
  std::string supersedes;
  std::optional<Instant> opened_at;
  DocumentNo first_document_no, last_document_no;
  std::optional<std::int64_t> first_sequence, last_sequence;
  CloseCounts counts;
  std::vector<CloseTotals> totals;
  Currency currency;  // of the float and the cash movements below
  Amount opening_float, cash_in, cash_out, drops;
  std::vector<CloseTender> tenders;
  bool blind = false;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("z_no", s.z_no, Need::kRequired);
    v.field("revision", s.revision, Need::kOptional);
    v.field("supersedes", s.supersedes, Need::kOptional);
    v.field("opened_at", s.opened_at, Need::kOptional);
    v.field("first_document_no", s.first_document_no, Need::kOptional);
    v.field("last_document_no", s.last_document_no, Need::kOptional);
    v.field("first_sequence", s.first_sequence, Need::kOptional);
    v.field("last_sequence", s.last_sequence, Need::kOptional);
    v.field("counts", s.counts, Need::kRequired);
    v.field("totals", s.totals, Need::kRequired);
    v.currency("currency", s.currency, Need::kOptional);
    v.field("opening_float", s.opening_float, Need::kOptional);
    v.field("cash_in", s.cash_in, Need::kOptional);
    v.field("cash_out", s.cash_out, Need::kOptional);
    v.field("drops", s.drops, Need::kOptional);
    v.field("tenders", s.tenders, Need::kOptional);
    v.field("blind", s.blind, Need::kOptional);
  }
};

struct TillEvent {
  std::string type;  // no_sale | cancelled | cash_in | cash_out | drop | float
  Currency currency;
  Amount amount;
  std::optional<Reason> reason;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("type", s.type, Need::kRequired);
    v.currency("currency", s.currency, Need::kOptional);
    v.field("amount", s.amount, Need::kOptional);
    v.field("reason", s.reason, Need::kOptional);
  }
};

struct Void {
  DocumentRef voids;
  std::optional<Reason> reason;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("voids", s.voids, Need::kRequired);
    v.field("reason", s.reason, Need::kOptional);
  }
};

struct PromiseLine {
  std::int64_t line_no = 0;
  std::string lease_id;
  Sku sku;
  Quantity qty;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("line_no", s.line_no, Need::kRequired);
    v.field("lease_id", s.lease_id, Need::kRequired);
    v.field("sku", s.sku, Need::kRequired);
    v.field("qty", s.qty, Need::kRequired);
  }
};

/// promise/1: what an agent promised out of its leases while it was dark (ARCHITECTURE section 6).
struct Promise {
  std::string promise_id;  // what a sale names as its reservation_id
  std::string purpose;     // as of reservation/1
  std::string order_no, contact_ref;
  std::optional<Instant> hold_until;  // agent's clock
  std::vector<PromiseLine> lines;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("promise_id", s.promise_id, Need::kRequired);
    v.field("purpose", s.purpose, Need::kOptional);
    v.field("order_no", s.order_no, Need::kOptional);
    v.field("contact_ref", s.contact_ref, Need::kOptional);
    v.field("hold_until", s.hold_until, Need::kOptional);
    v.field("lines", s.lines, Need::kRequired);
  }
};

/// lease-close/1: the end of a lease, behind its last promise.
struct LeaseClose {
  std::string lease_id;
  Sku sku;
  Quantity used, unused;
  std::optional<Reason> reason;
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("lease_id", s.lease_id, Need::kRequired);
    v.field("sku", s.sku, Need::kRequired);
    v.field("used", s.used, Need::kRequired);
    v.field("unused", s.unused, Need::kRequired);
    v.field("reason", s.reason, Need::kOptional);
  }
};

using Body = std::variant<Sale, Return, StockMovement, TillClose, TillEvent, Void, Promise, LeaseClose>;

struct Document {
  Header header;
  Body body;
};

/// The business identity (ARCHITECTURE rule 3). `contract` is the name without its version: "sale".
struct Identity {
  LocationId location;
  TillId till;
  Series series;
  std::string contract;
  DocumentNo document_no;
  auto operator<=>(const Identity&) const = default;
};

/// location: the agent's own, used for every document that comes in through it.
Identity identity_of(const Document& document, const LocationId& location);
/// First 16 bytes of SHA-256 over a length-prefixed list of the identity's parts; never from row numbers.
EventId event_id_of(const Identity& identity);
/// Of a `conflict` fact: one exception per (identity, content hash). Text "x_" + base32.
ExceptionId conflict_exception_id(const Identity& identity, const ContentHash& content);
/// Text form of an event id as POS and API see it: "e_" + base32.
std::string event_id_text(const EventId& id);
std::optional<EventId> parse_event_id(std::string_view text);

}  // namespace tillsync
