// A parsed but untyped document: what both syntaxes (JSON, MessagePack maps) become before the typed reader sees it, and
// how unknown fields are kept. Numbers stay text, so nothing passes through a double. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tillsync {

/// A number as it was written ("2.55", "1e3"). MessagePack integers become their digits, floats their shortest round-trip text.
struct NumberText {
  std::string text;
  auto operator<=>(const NumberText&) const = default;
};

struct Value;
using ValueArray = std::vector<Value>;
/// Members in the order in which they were written; a repeated name is refused by the readers.
using ValueObject = std::vector<std::pair<std::string, Value>>;

struct Value {
  std::variant<std::nullptr_t, bool, NumberText, std::string, ValueArray, ValueObject> data = nullptr;

  bool operator==(const Value&) const = default;
  const Value* find(std::string_view name) const;  // nullptr when this is no object or has no such member
};

/// Unknown fields of one object, kept as they came.
using Extras = ValueObject;

}  // namespace tillsync
