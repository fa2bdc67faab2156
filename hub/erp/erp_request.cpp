#include "hub/erp/erp_request.h"

#include <algorithm>
#include <set>

#include "common/contract/masterdata.h"

namespace tillsync::hub {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// Header values are ASCII; anything else goes in as %XX.
std::string header_safe(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
  return plain ? text : percent_encode(text);
}

ErpCall call_of(const RequestTemplate& request, const std::string& url, const ClaimedPosting& posting, const std::string& correlation_id) {
  const Values header_values = {{"idempotency_key", header_safe(posting.idempotency_key)},
                                {"correlation_id", header_safe(correlation_id)},
                                {"traceparent", traceparent_of(correlation_id, posting.idempotency_key)}};
  const Values path_values = {{"idempotency_key", percent_encode(posting.idempotency_key)},
                              {"correlation_id", percent_encode(correlation_id)}};
  ErpCall call;
  call.tag = static_cast<std::uint64_t>(posting.posting_no);
  call.method = request.method;
  call.wants_headers = false;
  call.url = url + fill_template(request.path, path_values);
  for (const auto& [name, value] : request.headers) call.headers.emplace_back(name, fill_template(value, header_values));
  return call;
}

}  // namespace

Result<std::vector<Sku>> skus_of(std::span<const ClaimedPosting* const> postings) {
  std::set<std::string> seen;
  std::vector<Sku> skus;
  for (const ClaimedPosting* claimed : postings) {
    TS_ASSIGN_OR_RETURN(const Posting posting, decode_posting(claimed->payload));
    for (const PostingStock& line : posting.stock)
      if (seen.insert(line.sku.value).second) skus.push_back(line.sku);
  }
  return skus;
}

Result<nlohmann::json> postings_json(std::span<const ClaimedPosting* const> postings, const ErpItems& items) {
  nlohmann::json list = nlohmann::json::array();
  for (const ClaimedPosting* claimed : postings) {
    TS_ASSIGN_OR_RETURN(Posting posting, decode_posting(claimed->payload));
    if (!posting.posting_date) posting.posting_date = posting.business_date;
    nlohmann::json one = nlohmann::json::parse(posting_to_json(posting), nullptr, false);
    // The document leaves empty lists out; programs can rely on them.
    for (const char* list_name : {"journal", "stock"})
      if (!one.contains(list_name)) one[list_name] = nlohmann::json::array();
    one["items"] = nlohmann::json::object();
    for (const PostingStock& line : posting.stock) {
      const auto item = items.find(line.sku.value);
      one["items"][line.sku.value] = item == items.end() ? line.sku.value : item->second;
    }
    list.push_back(std::move(one));
  }
  return list;
}

Result<ErpCall> create_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting) {
  TS_ASSIGN_OR_RETURN(const Posting document, decode_posting(posting.payload));
  ErpCall call = call_of(connector.create, url, posting, document.correlation_id.value);
  call.body = posting_to_json(document);
  return call;
}

Result<ErpCall> look_up_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting) {
  TS_ASSIGN_OR_RETURN(const Posting document, decode_posting(posting.payload));
  return call_of(connector.look_up, url, posting, document.correlation_id.value);
}

}  // namespace tillsync::hub
