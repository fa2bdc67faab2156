// The HTTP request that a connector makes of a posting. Pure.
#pragma once

#include <string>

#include "common/base/error.h"
#include "hub/erp/connector.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/forward_plan.h"

namespace tillsync::hub {

/// tag: the posting's number. The errors of decode_posting: the stored posting no longer decodes.
Result<ErpCall> create_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting);
Result<ErpCall> look_up_call(const Connector& connector, const std::string& url, const ClaimedPosting& posting);

}  // namespace tillsync::hub
