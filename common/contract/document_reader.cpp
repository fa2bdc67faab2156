#include "common/contract/contract_names.h"
#include "common/contract/typed_reader.h"

namespace tillsync {

std::expected<Document, Problem> parse_document(const Value& tree, std::string_view pointer_base) {
  TypedReader reader;
  const Path root{.name = pointer_base};
  Document document;
  if (const ValueObject* object = reader.object(tree, root)) {
    // Header and body are one object to the POS.
    Members members(*object);
    ObjectReader<Header> header_reader(reader, members, root, kDigitsWithoutCurrency);
    Header::fields(header_reader, document.header);
    if (!reader.fault() && !make_body(document.header.contract, document.body))
      reader.refuse("unknown_contract", "'" + document.header.contract + "' is not known here",
                    root.member("contract"));
    if (!reader.fault()) {
      std::visit(
          [&]<class T>(T& body) {
            ObjectReader<T> body_reader(reader, members, root, kDigitsWithoutCurrency);
            T::fields(body_reader, body);
          },
          document.body);
    }
    if (!reader.fault()) {
      members.copy_unknown(document.header.extras);
      reader.clean(document.header.extras, root, false);
    }
  }
  if (reader.fault()) return std::unexpected(*reader.fault());
  return document;
}

}  // namespace tillsync
