# Read by cpack for each generator. The time in a package is that of the last commit, so that the same sources give the same bytes whenever they are
# packed; SOURCE_DATE_EPOCH of the caller goes before it, and sources without a repository take the changelog's.
if("$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  execute_process(COMMAND git -C ${CMAKE_CURRENT_LIST_DIR} log -1 --format=%ct OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT seconds)
    execute_process(COMMAND dpkg-parsechangelog -l ${CMAKE_CURRENT_LIST_DIR}/../debian/changelog -S Timestamp OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endif()
