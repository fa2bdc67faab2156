#include <set>

#include "common/contract/check_parts.h"

namespace tillsync {
namespace {

/// Collects the names of all fields of an object and of those inside it.
class NameCollector {
 public:
  explicit NameCollector(std::set<std::string, std::less<>>& names) : names_(names) {}

  template <class M>
  void field(std::string_view name, const M& member, Need /*need*/) {
    names_.emplace(name);
    descend(member);
  }
  void currency(std::string_view name, const Currency& /*member*/, Need /*need*/) { names_.emplace(name); }
  void foreign(std::string_view name, const Amount& /*member*/, const Currency& /*currency*/) { names_.emplace(name); }

 private:
  template <class M>
  static const M& empty_of() {
    static const M kEmpty{};
    return kEmpty;
  }
  template <class M>
  void descend(const M& member) {
    if constexpr (FieldObject<M>)
      M::fields(*this, member);
    else if constexpr (kIsOptional<M> || kIsList<M>)
      descend(empty_of<typename M::value_type>());
  }

  std::set<std::string, std::less<>>& names_;
};

template <FieldObject T>
bool knows_field(std::string_view name) {
  static const std::set<std::string, std::less<>> kNames = [] {
    std::set<std::string, std::less<>> names;
    NameCollector collector(names);
    const Header header;
    const T body;
    Header::fields(collector, header);
    T::fields(collector, body);
    return names;
  }();
  return kNames.contains(name);
}

void check_body(Warnings& warnings, const Sale& body, const Path& root) {
  check_sale(warnings, body, false, root);
}
void check_body(Warnings& warnings, const Return& body, const Path& root) {
  check_sale(warnings, body, true, root);
}
void check_body(Warnings& warnings, const StockMovement& body, const Path& root) {
  check_movement(warnings, body, root);
}
void check_body(Warnings& warnings, const TillClose& body, const Path& root) {
  check_close(warnings, body, root);
}
void check_body(Warnings& warnings, const TillEvent& body, const Path& root) {
  check_event(warnings, body, root);
}
void check_body(Warnings& warnings, const Void& body, const Path& root) {
  check_void(warnings, body, root);
}
void check_body(Warnings& warnings, const Promise& body, const Path& root) {
  check_promise(warnings, body, root);
}
void check_body(Warnings& warnings, const LeaseClose& body, const Path& root) {
  check_lease_close(warnings, body, root);
}

}  // namespace

void warn_of_unknown_fields(Warnings& warnings, const Extras& extras, const Path& path) {
  for (const auto& [name, value] : extras)
    warnings.add("unknown_field", path.member(name), "'" + name + "' is kept, but not known here");
}

std::vector<Warning> check_document(const Document& document) {
  Warnings warnings;
  const Path root{};
  const Header& header = document.header;
  walk_object(warnings, header, root);
  if (header.mode != "live" && header.mode != "training") warnings.unknown_value(root.member("mode"), header.mode);
  std::visit(
      [&]<class T>(const T& body) {
        const Path critical = root.member("critical");
        for (std::size_t i = 0; i < header.critical.size(); ++i)
          if (!knows_field<T>(header.critical[i]))
            warnings.add("unknown_critical", critical.entry(i),
                         "'" + header.critical[i] + "' must be understood, but is not known here");
        walk_object(warnings, body, root);
        check_body(warnings, body, root);
      },
      document.body);
  return std::move(warnings.list);
}

}  // namespace tillsync
