#include "common/contract/path.h"

namespace tillsync {

void append_pointer(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

std::string Path::pointer() const {
  if (parent == nullptr) return std::string(name);
  std::string text = parent->pointer();
  if (index != kNoIndex)
    text += "/" + std::to_string(index);
  else
    append_pointer(text, name);
  return text;
}

}  // namespace tillsync
