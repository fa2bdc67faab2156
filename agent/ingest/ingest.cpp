#include "agent/ingest/ingest.h"

#include "common/base/limits.h"
#include "common/contract/text.h"
#include "common/contract/vocabulary.h"

namespace tillsync::agent {
namespace {

/// [{"code","pointer","detail"}], "" for none: the text that is stored and given again.
std::string warnings_json(const std::vector<Warning>& warnings) {
  if (warnings.empty()) return "";
  std::string json = "[";
  for (const Warning& warning : warnings) {
    if (json.size() > 1) json += ',';
    json += "{\"code\":";
    append_json_string(json, warning.code);
    json += ",\"pointer\":";
    append_json_string(json, warning.pointer);
    json += ",\"detail\":";
    append_json_string(json, warning.detail);
    json += '}';
  }
  return json + "]";
}

std::string correlation_id_of(const Document& document, const IngestContext& context, const EventId& event_id) {
  if (!document.header.correlation_id.empty()) return document.header.correlation_id.value;
  if (!context.correlation_id.empty()) return context.correlation_id;
  return event_id_text(event_id);
}

/// Goods lines of a sale that name their SKU. What a bar code alone names is not looked up here: the answer only warns.
std::vector<SoldUnits> sold_by(const Document& document) {
  std::vector<SoldUnits> sold;
  const auto* sale = std::get_if<Sale>(&document.body);
  if (sale == nullptr || document.header.mode == "training") return sold;
  for (std::size_t i = 0; i < sale->lines.size(); ++i) {
    const SaleLine& line = sale->lines[i];
    const bool is_sellable = goods_state(line.state) == GoodsState::kSellable;
    if (line_kind(line.kind) != LineKind::kGoods || !is_sellable || line.sku.empty() || line.qty.milli == 0) continue;
    sold.push_back({i, line.sku, line.qty.milli, sale->reservation_id});
  }
  return sold;
}

}  // namespace

Syntax detect_syntax(BytesView body) {
  if (body.empty()) return Syntax::kJson;
  const auto first = static_cast<unsigned char>(body.front());
  const bool is_map = (first >= 0x80 && first <= 0x8f) || first == 0xde || first == 0xdf;
  const bool is_array = (first >= 0x90 && first <= 0x9f) || first == 0xdc || first == 0xdd;
  return is_map || is_array ? Syntax::kMessagePack : Syntax::kJson;
}

Bytes identity_key(const Identity& identity) {
  Bytes key;
  key.reserve(identity.location.value.size() + identity.till.value.size() + identity.series.value.size() + identity.contract.size() +
              identity.document_no.value.size() + 4);
  for (const std::string* part : {&identity.location.value, &identity.till.value, &identity.series.value, &identity.contract}) {
    key += *part;
    key += '\0';
  }
  return key += identity.document_no.value;
}

namespace {

NewRow row_in(const Document& document, const IngestContext& context) {
  const Identity identity = identity_of(document, context.location);
  NewRow row;
  row.event_id = event_id_of(identity);
  row.identity_key = identity_key(identity);
  row.content_hash = content_hash(document);
  row.correlation_id = correlation_id_of(document, context, row.event_id);
  row.received_at = context.now;
  row.payload = encode_document(document);
  row.warnings = warnings_json(check_document(document));
  return row;
}

}  // namespace

NewRow row_of(const Document& document, const LocationId& location, Instant now) { return row_in(document, {location, now, ""}); }

std::string with_warning(std::string warnings, const Warning& warning) {
  const std::string one = warnings_json({warning});
  if (warnings.empty()) return one;
  warnings.back() = ',';
  return warnings + one.substr(1);
}

std::expected<NewRow, Problem> ingest_tree(const Value& tree, const IngestContext& context, std::string_view pointer_base, std::vector<SoldUnits>* sold) {
  auto document = parse_document(tree, pointer_base);
  if (!document) return std::unexpected(std::move(document.error()));
  const LocationId& named = document->header.location;
  if (!named.empty() && named != context.location)
    return std::unexpected(make_problem("wrong_location", "this agent takes documents of '" + context.location.value + "', not of '" + named.value + "'",
                                        std::string(pointer_base) + "/location"));
  NewRow row = row_in(*document, context);
  if (sold != nullptr) *sold = sold_by(*document);
  // A text form may be shorter than the compact one; what is stored must also pass on the wire and at the hub.
  if (row.payload.size() > kDocumentBytesMax)
    return std::unexpected(make_problem("too_large", "one document may have " + std::to_string(kDocumentBytesMax) + " bytes",
                                        std::string(pointer_base)));
  return row;
}

std::expected<IngestedRequest, Problem> ingest(BytesView body, Syntax syntax, const IngestContext& context) {
  auto tree = parse_tree(body, syntax);
  if (!tree) return std::unexpected(std::move(tree.error()));
  IngestedRequest request;
  const auto add = [&](const Value& document, std::string_view pointer_base) {
    std::vector<SoldUnits> sold;
    auto row = ingest_tree(document, context, pointer_base, &sold);
    if (row) {
      request.refusals.emplace_back();
      request.rows.push_back(std::move(*row));
      request.sold.push_back(std::move(sold));
    } else {
      request.refusals.emplace_back(std::move(row.error()));
    }
  };
  const auto* documents = std::get_if<ValueArray>(&tree->data);
  if (documents == nullptr) {
    add(*tree, "");
    return request;
  }
  request.is_array = true;
  if (documents->empty()) return std::unexpected(make_problem("no_identity", "the array holds no document"));
  if (documents->size() > kDocumentsPerRequestMax)
    return std::unexpected(make_problem("too_many_documents", std::to_string(documents->size()) + " documents; one request may hold " +
                                                                  std::to_string(kDocumentsPerRequestMax)));
  request.refusals.reserve(documents->size());
  request.rows.reserve(documents->size());
  for (std::size_t i = 0; i < documents->size(); ++i) add((*documents)[i], "/" + std::to_string(i));
  return request;
}

ExceptionId exception_of_conflict(const NewRow& row, const LocationId& location) {
  const auto document = decode_document(row.payload);
  TS_CHECK(document.has_value());  // this process has encoded it
  return conflict_exception_id(identity_of(*document, location), row.content_hash);
}

}  // namespace tillsync::agent
