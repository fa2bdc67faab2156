# Writes every FOLDER/CODE.md as a C++ string into OUTPUT, for runbooks.h.
file(GLOB files ${FOLDER}/*.md)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(code ${file} NAME_WLE)
  if(code STREQUAL "README")
    continue()
  endif()
  file(READ ${file} text)
  # A literal may have some 16,000 characters; longer texts are cut into several, which the compiler joins.
  string(LENGTH "${text}" length)
  set(literals "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literals " R\"runbook(${piece})runbook\"")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND rows "    {\"${code}\",${literals}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by embed_runbooks.cmake from packaging/runbooks/*.md.
#include \"hub/exceptions/runbooks.h\"

namespace tillsync::hub {
namespace {

constexpr std::pair<std::string_view, std::string_view> kRunbooks[] = {
${rows}};

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> runbooks() { return kRunbooks; }

}  // namespace tillsync::hub
")
