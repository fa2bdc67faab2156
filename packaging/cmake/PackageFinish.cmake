# Run by cpack on the packages that it has made. The three members of a .deb get the modes that cpack's umask left them; with plain ones the same content is the
# same bytes, whoever packs it.
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  if(package MATCHES "\\.deb$")
    set(members "${package}.members")
    file(REMOVE_RECURSE ${members})
    file(MAKE_DIRECTORY ${members})
    execute_process(COMMAND ar t ${package} OUTPUT_VARIABLE names OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" names "${names}")
    execute_process(COMMAND ar x ${package} WORKING_DIRECTORY ${members} COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${package})
    # D: no owner, no time, mode 0644. S: a .deb has no table of symbols.
    execute_process(COMMAND ar qcDS ${package} ${names} WORKING_DIRECTORY ${members} COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE ${members})
  endif()
endforeach()
