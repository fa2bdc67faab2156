// Builds the untyped tree for both syntaxes and holds every limit that protects memory: depth, number of values, text,
// repeated names. A syntax reader calls it in reading order and stops at the first `false`. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/contract/problem.h"
#include "common/contract/value.h"

namespace tillsync {

class TreeBuilder {
 public:
  /// root: what is filled; must stay where it is. pointer_base: put before every pointer. values_max: how many may
  /// still come.
  TreeBuilder(Value& root, std::string pointer_base, std::size_t values_max);

  bool null();
  bool boolean(bool value);
  bool number(std::string text);
  bool text(std::string&& value);
  bool start_object();
  bool key(std::string&& name);
  bool end_object();
  bool start_array();
  bool end_array();

  /// Records a fault at the place where the next value would stand, and returns false.
  bool refuse(std::string_view code, std::string detail);
  const std::optional<Problem>& fault() const { return fault_; }
  std::size_t values_left() const { return values_left_; }
  std::string pointer() const;

 private:
  Value* place();  // where the next value goes; nullptr once a limit is passed
  bool may_nest();
  bool check_text(std::string_view value);

  Value& root_;
  std::string pointer_base_;
  std::size_t values_left_;
  std::vector<Value*> open_;  // objects and arrays being filled, outermost first
  std::optional<Problem> fault_;
};

std::expected<Value, Problem> read_json_tree(BytesView body);
std::expected<Value, Problem> read_msgpack_tree(BytesView body);

}  // namespace tillsync
