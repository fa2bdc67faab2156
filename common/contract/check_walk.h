// The part of check_document that needs no knowledge of the trade: fields that are missing or unknown, currencies that
// are not in the list, in the whole document. Pure. Used by check.cpp.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/contract/field_list.h"
#include "common/contract/path.h"

namespace tillsync {

class Warnings {
 public:
  void add(std::string_view code, const Path& path, std::string detail) {
    list.push_back(Warning{std::string(code), path.pointer(), std::move(detail)});
  }
  void missing(const Path& path) { add("missing_field", path, "'" + std::string(path.name) + "' is required"); }
  void unknown_value(const Path& path, std::string_view value) {
    add("unknown_value", path, "'" + std::string(value) + "' is not known here");
  }

  std::vector<Warning> list;
};

template <FieldObject T>
void walk_object(Warnings& warnings, const T& object, const Path& path);
void warn_of_unknown_fields(Warnings& warnings, const Extras& extras, const Path& path);

template <FieldObject T>
class FieldWalker {
 public:
  FieldWalker(Warnings& warnings, const Path& path) : warnings_(warnings), path_(path) {}

  template <class M>
  void field(std::string_view name, const M& member, Need need) {
    const std::size_t index = next_++;
    if constexpr (FieldObject<M>) {
      walk_object(warnings_, member, path_.member(name));
    } else if constexpr (kIsOptional<M>) {
      if (!member.has_value() && need == Need::kRequired) warnings_.missing(path_.member(name));
      if constexpr (FieldObject<typename M::value_type>)
        if (member.has_value()) walk_object(warnings_, *member, path_.member(name));
    } else if constexpr (kIsList<M>) {
      // A sale of nothing has no tenders; the sums say when some should be there.
      if (member.empty() && need == Need::kRequired && name != "tenders") warnings_.missing(path_.member(name));
      if constexpr (FieldObject<typename M::value_type>) {
        const Path list = path_.member(name);
        for (std::size_t i = 0; i < member.size(); ++i) walk_object(warnings_, member[i], list.entry(i));
      }
    } else if constexpr (std::is_same_v<M, Currency>) {
      if (member.code.empty() && need == Need::kRequired) warnings_.missing(path_.member(name));
      if (!member.code.empty() && !is_known_currency(member.code))
        warnings_.add("unknown_currency", path_.member(name), "'" + member.code + "' is no currency of ISO 4217");
    } else if constexpr (kIsNumber<M>) {
      // 0 and "not given" are the same in a number.
    } else if (need == Need::kRequired && is_default<T>(member, index)) {
      warnings_.missing(path_.member(name));
    }
  }
  void currency(std::string_view name, const Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, const Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

 private:
  template <class M>
  static constexpr bool kIsNumber = std::is_same_v<M, Quantity> || std::is_same_v<M, UnitPrice> ||
                                    std::is_same_v<M, Rate> || std::is_same_v<M, Amount>;

  Warnings& warnings_;
  const Path& path_;
  std::size_t next_ = 0;
};

template <FieldObject T>
void walk_object(Warnings& warnings, const T& object, const Path& path) {
  FieldWalker<T> visitor(warnings, path);
  T::fields(visitor, object);
  warn_of_unknown_fields(warnings, object.extras, path);
}

}  // namespace tillsync
