# Writes every FOLDER/NAME/connector.json and NAME/*.jq as a C++ string into OUTPUT, for connector_reader.
file(GLOB files ${FOLDER}/*/connector.json ${FOLDER}/*/*.jq)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(connector ${folder} NAME)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  # A literal may have some 16,000 characters; longer texts are cut into several, which the compiler joins.
  string(LENGTH "${text}" length)
  set(literals "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literals " R\"connector(${piece})connector\"")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND rows "    {\"${connector}\", \"${name}\",${literals}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by embed_connectors.cmake from connectors/*/{connector.json,*.jq}.
#include \"hub/erp/connector_reader.h\"

namespace tillsync::hub {
namespace {

constexpr BuiltInFile kFiles[] = {
${rows}};

}  // namespace

std::span<const BuiltInFile> built_in_files() { return kFiles; }

}  // namespace tillsync::hub
")
