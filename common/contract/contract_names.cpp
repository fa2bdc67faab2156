#include "common/contract/contract_names.h"

namespace tillsync {

bool make_body(std::string_view contract, Body& body) {
  if (contract == "sale/1")
    body.emplace<Sale>();
  else if (contract == "return/1")
    body.emplace<Return>();
  else if (contract == "stock-movement/1")
    body.emplace<StockMovement>();
  else if (contract == "till-close/1")
    body.emplace<TillClose>();
  else if (contract == "till-event/1")
    body.emplace<TillEvent>();
  else if (contract == "void/1")
    body.emplace<Void>();
  else if (contract == "promise/1")
    body.emplace<Promise>();
  else if (contract == "lease-close/1")
    body.emplace<LeaseClose>();
  else
    return false;
  return true;
}

std::string_view contract_name(std::string_view contract) {
  return contract.substr(0, contract.find('/'));
}

}  // namespace tillsync
