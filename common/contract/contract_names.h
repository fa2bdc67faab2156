// Which contract name and version makes which body. Pure.
#pragma once

#include <string_view>

#include "common/contract/document.h"

namespace tillsync {

/// Sets `body` to an empty body of the contract ("sale/1"); false for a name or version that is not known here.
bool make_body(std::string_view contract, Body& body);

/// The name of a contract without its version: "sale" of "sale/1" and of "sale".
std::string_view contract_name(std::string_view contract);

}  // namespace tillsync
