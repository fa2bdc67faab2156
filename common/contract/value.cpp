#include "common/contract/value.h"

namespace tillsync {

const Value* Value::find(std::string_view name) const {
  const auto* members = std::get_if<ValueObject>(&data);
  if (members == nullptr) return nullptr;
  for (const auto& [member_name, value] : *members)
    if (member_name == name) return &value;
  return nullptr;
}

}  // namespace tillsync
