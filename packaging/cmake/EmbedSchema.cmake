# Writes schema.h and schema.cpp from a folder's schema/*.sql. Run by ts_schema (TillsyncModule.cmake) with
# SCHEMA_FOLDER, NAMESPACE, HEADER (path as included), OUTPUT_FOLDER.
file(GLOB scripts ${SCHEMA_FOLDER}/*.sql)
list(SORT scripts)
set(rows "")
set(expected 0)
foreach(script ${scripts})
  get_filename_component(name ${script} NAME)
  math(EXPR expected "${expected} + 1")
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${script}: the name must read 0001_what_it_does.sql")
  endif()
  if(NOT CMAKE_MATCH_1 EQUAL expected)
    message(FATAL_ERROR "${script}: migration ${expected} is missing; numbers have no holes")
  endif()
  file(READ ${script} text)
  string(APPEND rows "    {${expected}, \"${name}\", R\"script(${text})script\"},\n")
endforeach()
if(expected EQUAL 0)
  message(FATAL_ERROR "${SCHEMA_FOLDER} holds no *.sql")
endif()
file(WRITE ${OUTPUT_FOLDER}/schema.h
"// Written by ts_schema from schema/*.sql.
#pragma once

#include <span>

#include \"common/sql/migrate.h\"

namespace ${NAMESPACE} {

/// The folder's migrations in order, for tillsync::sql::migrate.
std::span<const ::tillsync::sql::Migration> migrations();

}  // namespace ${NAMESPACE}
")
file(WRITE ${OUTPUT_FOLDER}/schema.cpp
"// Written by ts_schema from schema/*.sql.
#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {

constexpr ::tillsync::sql::Migration kMigrations[] = {
${rows}};

}  // namespace

std::span<const ::tillsync::sql::Migration> migrations() { return kMigrations; }

}  // namespace ${NAMESPACE}
")
