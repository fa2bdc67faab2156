// Where a reader stands inside a document, as a chain on the stack: costs nothing until a fault or a warning asks for
// the JSON pointer (RFC 6901). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tillsync {

struct Path {
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

  const Path* parent = nullptr;
  std::string_view name;         // of the member; for the root, the pointer to the document inside the request
  std::size_t index = kNoIndex;  // of the list's entry, when this is one

  Path member(std::string_view member_name) const { return {this, member_name, kNoIndex}; }
  Path entry(std::size_t entry_index) const { return {this, {}, entry_index}; }
  std::string pointer() const;
};

/// Appends "/" and the name with "~" and "/" escaped.
void append_pointer(std::string& pointer, std::string_view name);

}  // namespace tillsync
