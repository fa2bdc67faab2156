# Run by cpack on what is to be packed. RPM packs each file's own time where that is before the time of the package, and so does not hide when it was built.
execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} + COMMAND_ERROR_IS_FATAL ANY)
