// The HTTP request that a connector makes of a posting. Pure.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "common/base/error.h"
#include "hub/erp/connector.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/forward_plan.h"

namespace tillsync::hub {

/// SKU → the ERP's item; a SKU that has none of its own is left out.
using ErpItems = std::map<std::string, std::string, std::less<>>;

/// `postings` as a program is given them (connectors/README.md). The errors of decode_posting.
Result<nlohmann::json> postings_json(std::span<const ClaimedPosting* const> postings, const ErpItems& items);
/// The SKUs of a posting's stock, each once.
Result<std::vector<Sku>> skus_of(std::span<const ClaimedPosting* const> postings);

/// Plain connectors. tag: the posting's number. The errors of decode_posting: the stored posting no longer decodes.
Result<ErpCall> create_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting);
Result<ErpCall> look_up_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting);

}  // namespace tillsync::hub
