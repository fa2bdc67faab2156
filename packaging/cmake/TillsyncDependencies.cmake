# Every library of others is found here, once. Headers of others are SYSTEM, so their warnings are theirs.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(pair sqlite3:sqlite3 zmq:libzmq curl:libcurl sodium:libsodium nettle:nettle zstd:libzstd zlib:zlib microhttpd:libmicrohttpd gnutls:gnutls utf8proc:libutf8proc qrencode:libqrencode)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(ts_dep_${name} INTERFACE)
  target_link_libraries(ts_dep_${name} INTERFACE PkgConfig::${name})
  add_library(ts::${name} ALIAS ts_dep_${name})
endforeach()
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)

# libjq of Debian 12 has no pkg-config file.
find_path(JQ_INCLUDE_DIR jq.h REQUIRED)
find_library(JQ_LIBRARY jq REQUIRED)
add_library(ts_dep_jq INTERFACE)
target_include_directories(ts_dep_jq SYSTEM INTERFACE ${JQ_INCLUDE_DIR})
target_link_libraries(ts_dep_jq INTERFACE ${JQ_LIBRARY})
add_library(ts::jq ALIAS ts_dep_jq)

# Howard Hinnant's date library: the CMake package of Debian 12 names paths that are not there.
find_path(DATE_TZ_INCLUDE_DIR date/tz.h REQUIRED)
find_library(DATE_TZ_LIBRARY date-tz REQUIRED)
add_library(ts_dep_date_tz INTERFACE)
target_include_directories(ts_dep_date_tz SYSTEM INTERFACE ${DATE_TZ_INCLUDE_DIR})
target_link_libraries(ts_dep_date_tz INTERFACE ${DATE_TZ_LIBRARY})
add_library(ts::date_tz ALIAS ts_dep_date_tz)

# msgpack-c is header-only here and is used without Boost.
add_library(ts_dep_msgpack INTERFACE)
target_compile_definitions(ts_dep_msgpack INTERFACE MSGPACK_NO_BOOST)
add_library(ts::msgpack ALIAS ts_dep_msgpack)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header carries time stamps; ccache must look past them, or it never hits.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()
