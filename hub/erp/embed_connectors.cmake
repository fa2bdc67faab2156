# Writes every FOLDER/NAME/connector.json as a C++ string into OUTPUT, for connector_reader.
file(GLOB files ${FOLDER}/*/connector.json)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(name ${folder} NAME)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"connector(${text})connector\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by embed_connectors.cmake from connectors/*/connector.json.
#include \"hub/erp/connector_reader.h\"

namespace tillsync::hub {
namespace {

constexpr BuiltInConnector kConnectors[] = {
${rows}};

}  // namespace

std::span<const BuiltInConnector> built_in_connectors() { return kConnectors; }

}  // namespace tillsync::hub
")
