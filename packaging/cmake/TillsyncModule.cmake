# ts_module(NAME [TOGETHER] [COMMAND_LINE] DEPENDS ...)  one folder = one static library; its sources are the folder's *.cpp. TOGETHER: compiled four
#                              at a time, for folders of many small files with large headers.
#                              COMMAND_LINE: optimised less, as programs are; command lines are long to compile and short to run.
# ts_schema(NAME NAMESPACE)    embeds the folder's schema/*.sql into the library NAME as NAMESPACE::migrations(), declared in
#                              "<folder>/schema.h" (e.g. "agent/outbox/schema.h"), for tillsync::sql::migrate.
# ts_program(NAME DEPENDS ...) an executable in build/bin from the folder's own main file.
# ts_test(NAME DEPENDS ...)    a Catch2 executable from the folder's *_test.cpp, one ctest entry.
set(TILLSYNC_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, comma separated")
option(TILLSYNC_TOGETHER "Compile several files of a folder at a time; OFF (preset dev) shows which file lacks an include" ON)
option(TILLSYNC_COVERAGE "Instrument for gcov" OFF)

option(TILLSYNC_FUZZ "Build for libFuzzer (clang), with AddressSanitizer: target 'fuzzers'" OFF)

add_library(ts_flags INTERFACE)
target_include_directories(ts_flags INTERFACE ${CMAKE_SOURCE_DIR})
if(TILLSYNC_FUZZ)
  # The one warning-free compiler is g++; clang is here for its fuzzer.
  target_compile_options(ts_flags INTERFACE -w -fsanitize=fuzzer-no-link,address -fno-omit-frame-pointer)
else()
  target_compile_options(ts_flags INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor
                         -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
  # g++ 12 reports false positives of these inside std::string and std::variant when it optimises (GCC bugs 105329, 105562).
  target_compile_options(ts_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                         -Wno-maybe-uninitialized)
endif()
# A tenth of a compilation is g++ collecting its garbage: the first time at this size, about 1 GiB for a process.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ts_flags INTERFACE --param=ggc-min-heapsize=524288)
endif()
# No path of the machine that builds goes into what ships: the same sources give the same bytes in any folder.
target_compile_options(ts_flags INTERFACE "$<$<CONFIG:Release>:-ffile-prefix-map=${CMAKE_BINARY_DIR}=build;-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.>")
target_compile_definitions(ts_flags INTERFACE TILLSYNC_VERSION="${PROJECT_VERSION}")
if(TILLSYNC_SANITIZE)
  target_compile_options(ts_flags INTERFACE -fsanitize=${TILLSYNC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ts_flags INTERFACE -fsanitize=${TILLSYNC_SANITIZE})
  if(TILLSYNC_SANITIZE MATCHES thread)
    target_compile_options(ts_flags INTERFACE -Wno-tsan)
  endif()
endif()
if(TILLSYNC_COVERAGE)
  target_compile_options(ts_flags INTERFACE --coverage -O0)
  target_link_options(ts_flags INTERFACE --coverage)
endif()

# Two precompiled headers are built once and lent to every target: the standard library, and Catch2 for tests.
add_library(ts_pch OBJECT ${CMAKE_SOURCE_DIR}/packaging/cmake/pch.cpp)
target_link_libraries(ts_pch PUBLIC ts_flags)
target_precompile_headers(ts_pch PUBLIC ${CMAKE_SOURCE_DIR}/packaging/cmake/pch.h)
add_library(ts_test_pch OBJECT ${CMAKE_SOURCE_DIR}/packaging/cmake/pch.cpp)
target_link_libraries(ts_test_pch PUBLIC ts_flags)
target_precompile_headers(ts_test_pch PUBLIC ${CMAKE_SOURCE_DIR}/packaging/cmake/pch_test.h)
# Test files are long lists of Catch2 macros: optimising them is what most of a build's time would go to, and gains nothing.
# What they test is built as it ships.
set(TILLSYNC_TEST_OPTIONS -O0 -U_FORTIFY_SOURCE)  # which asks for optimised code
target_compile_options(ts_test_pch PRIVATE ${TILLSYNC_TEST_OPTIONS})

# Sixty test programs are linked in a third of the time by gold, of the same package as the default linker, which links what ships.
set(TILLSYNC_TEST_LINKER -fuse-ld=gold)

set(TILLSYNC_COMMAND_LINE_OPTIONS $<$<CONFIG:Release>:-O1>)

function(ts_module name)
  cmake_parse_arguments(arg "TOGETHER;COMMAND_LINE" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_(main|test)\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ts_flags ${arg_DEPENDS})
    target_precompile_headers(${name} REUSE_FROM ts_pch)
    if(arg_COMMAND_LINE)
      target_compile_options(${name} PRIVATE ${TILLSYNC_COMMAND_LINE_OPTIONS})
    endif()
    if(arg_TOGETHER)
      set_target_properties(${name} PROPERTIES UNITY_BUILD ${TILLSYNC_TOGETHER} UNITY_BUILD_BATCH_SIZE 4)
      # A class of a .cpp may have members of its anonymous namespace; g++ does not see any more that the file is no header.
      target_compile_options(${name} PRIVATE -Wno-subobject-linkage)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ts_flags ${arg_DEPENDS})
  endif()
endfunction()

function(ts_program name)
  cmake_parse_arguments(arg "" "MAIN" "DEPENDS" ${ARGN})
  add_executable(${name} ${arg_MAIN})
  target_link_libraries(${name} PRIVATE ts_flags ${arg_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM ts_pch)
  target_compile_options(${name} PRIVATE ${TILLSYNC_COMMAND_LINE_OPTIONS})
endfunction()

function(ts_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "DEPENDS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ts_flags Catch2::Catch2WithMain ${arg_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM ts_test_pch)
  target_compile_options(${name} PRIVATE ${TILLSYNC_TEST_OPTIONS})
  target_link_options(${name} PRIVATE ${TILLSYNC_TEST_LINKER})
  # Six files at a time: their headers are read once. So names in the anonymous namespaces of one folder must differ.
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${TILLSYNC_TOGETHER} UNITY_BUILD_BATCH_SIZE 6)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "TILLSYNC_SOURCE_DIR=${CMAKE_SOURCE_DIR};TILLSYNC_BIN_DIR=${CMAKE_BINARY_DIR}/bin")
endfunction()

function(ts_schema name namespace)
  get_target_property(kind ${name} TYPE)
  if(kind STREQUAL "INTERFACE_LIBRARY")
    message(FATAL_ERROR "ts_schema(${name}): the folder needs a .cpp of its own that uses the migrations")
  endif()
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(output ${CMAKE_BINARY_DIR}/generated/${folder})
  set(writer ${CMAKE_SOURCE_DIR}/packaging/cmake/EmbedSchema.cmake)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/schema/*.sql)
  add_custom_command(OUTPUT ${output}/schema.h ${output}/schema.cpp
    COMMAND ${CMAKE_COMMAND} -DSCHEMA_FOLDER=${CMAKE_CURRENT_SOURCE_DIR}/schema -DNAMESPACE=${namespace}
            -DHEADER=${folder}/schema.h -DOUTPUT_FOLDER=${output} -P ${writer}
    DEPENDS ${scripts} ${writer} VERBATIM)
  # Users of the library include schema.h too, and must not compile before it is written.
  target_sources(${name} PRIVATE ${output}/schema.cpp PUBLIC FILE_SET schema TYPE HEADERS BASE_DIRS ${CMAKE_BINARY_DIR}/generated
                 FILES ${output}/schema.h)
  if(NOT name STREQUAL "ts_sql")
    target_link_libraries(${name} PUBLIC ts_sql)
  endif()
endfunction()
