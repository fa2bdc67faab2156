// What a TLS certificate says of itself. Any thread.
#pragma once

#include <string>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::http {

/// Until when the first certificate of a PEM text is good. kInvalid: it is none.
Result<Instant> certificate_end(const std::string& pem);

/// The first certificate of a PEM text as it is shown in TLS (DER). kInvalid: it is none.
Result<std::string> certificate_der(const std::string& pem);

}  // namespace tillsync::http
