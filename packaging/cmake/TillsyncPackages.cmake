# What the three packages hold, and how CPack makes them: cpack -G DEB or -G RPM in the build folder.
# Man pages and completions are printed by the programs themselves.
set(TILLSYNC_MAINTAINER "Tillsync maintainers <maintainers@tillsync.org>" CACHE STRING "Who stands in the packages as their maintainer")

find_program(GZIP_PROGRAM gzip REQUIRED)
set(described ${CMAKE_BINARY_DIR}/described)
set(described_files)

# ts_describe(PROGRAM SECTION COMPONENT [CONFIG page]): its man pages and completions.
function(ts_describe program section component)
  cmake_parse_arguments(arg "" "CONFIG" "" ${ARGN})
  set(outputs)
  set(pages ${program}:${section})
  if(arg_CONFIG)
    list(APPEND pages ${arg_CONFIG}:5)
  endif()
  foreach(pair ${pages})
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 page)
    list(GET pair 1 number)
    set(file ${described}/${page}.${number})
    add_custom_command(OUTPUT ${file}.gz COMMAND ${program} manual ${page} > ${file} COMMAND ${GZIP_PROGRAM} -9nf ${file} DEPENDS ${program} VERBATIM)
    install(FILES ${file}.gz DESTINATION usr/share/man/man${number} COMPONENT ${component})
    list(APPEND outputs ${file}.gz)
  endforeach()
  foreach(triple bash:usr/share/bash-completion/completions:${program} zsh:usr/share/zsh/vendor-completions:_${program}
                 fish:usr/share/fish/vendor_completions.d:${program}.fish)
    string(REPLACE ":" ";" triple ${triple})
    list(GET triple 0 shell)
    list(GET triple 1 folder)
    list(GET triple 2 name)
    set(file ${described}/${shell}/${name})
    add_custom_command(OUTPUT ${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${described}/${shell} COMMAND ${program} completion ${shell} > ${file} DEPENDS ${program} VERBATIM)
    install(FILES ${file} DESTINATION ${folder} COMPONENT ${component})
    list(APPEND outputs ${file})
  endforeach()
  set(described_files ${described_files} ${outputs} PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${described})
ts_describe(tillsync-agent 8 agent CONFIG agent.toml)
ts_describe(tillsync-hub 8 hub CONFIG hub.toml)
ts_describe(tillsyncctl 1 ctl)

set(from ${CMAKE_SOURCE_DIR}/packaging)
foreach(pair tillsync-agent:agent tillsync-hub:hub tillsyncctl:ctl)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 program)
  list(GET pair 1 component)
  install(TARGETS ${program} RUNTIME DESTINATION usr/bin COMPONENT ${component})
  # Sections that strip leaves behind and nothing reads.
  install(CODE "execute_process(COMMAND ${CMAKE_STRIP} --remove-section=.comment --remove-section=.note \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/usr/bin/${program}\" COMMAND_ERROR_IS_FATAL ANY)"
          COMPONENT ${component})
  set(changelog ${described}/${component}/changelog.gz)
  add_custom_command(OUTPUT ${changelog} COMMAND ${CMAKE_COMMAND} -E make_directory ${described}/${component}
    COMMAND ${GZIP_PROGRAM} -9nc ${from}/debian/changelog > ${changelog} DEPENDS ${from}/debian/changelog VERBATIM)
  list(APPEND described_files ${changelog})
  install(FILES ${changelog} ${from}/debian/copyright DESTINATION usr/share/doc/tillsync-${component} COMPONENT ${component})
  file(GLOB overrides CONFIGURE_DEPENDS ${from}/debian/tillsync-${component}.lintian-overrides)
  foreach(file ${overrides})
    install(FILES ${file} DESTINATION usr/share/lintian/overrides RENAME tillsync-${component} COMPONENT ${component})
  endforeach()
endforeach()
add_custom_target(described ALL DEPENDS ${described_files})

set(units ${from}/systemd)
install(FILES ${units}/tillsync-agent.service ${units}/tillsync-agent.path ${units}/tillsync-agent-enroll.service DESTINATION lib/systemd/system COMPONENT agent)
install(FILES ${units}/tillsync-hub.service ${units}/tillsync-hub-backup.service ${units}/tillsync-hub-backup.timer DESTINATION lib/systemd/system COMPONENT hub)
foreach(component agent hub)
  install(FILES ${units}/tillsync-${component}.sysusers DESTINATION usr/lib/sysusers.d RENAME tillsync-${component}.conf COMPONENT ${component})
  install(FILES ${units}/tillsync-${component}.tmpfiles DESTINATION usr/lib/tmpfiles.d RENAME tillsync-${component}.conf COMPONENT ${component})
  install(FILES ${from}/debian/tillsync-${component}.default DESTINATION etc/default RENAME tillsync-${component} COMPONENT ${component})
endforeach()
install(FILES ${from}/reservation-policy.json DESTINATION usr/share/doc/tillsync-hub/examples COMPONENT hub)
install(DIRECTORY ${from}/runbooks ${from}/prometheus ${from}/grafana DESTINATION usr/share/doc/tillsync-hub COMPONENT hub)
install(FILES ${from}/hub-in-production.md DESTINATION usr/share/doc/tillsync-hub COMPONENT hub)
install(FILES ${from}/mass-installation.md ${from}/lan-box.md DESTINATION usr/share/doc/tillsync-agent COMPONENT agent)

set(CPACK_GENERATOR DEB RPM)
set(CPACK_PACKAGE_NAME tillsync)
set(CPACK_PACKAGE_VENDOR "Tillsync")
set(CPACK_PACKAGE_CONTACT "${TILLSYNC_MAINTAINER}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX "/")
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL agent hub ctl)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/PackageTime.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/PackageTree.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/PackageFinish.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_AGENT_DESCRIPTION "Tillsync agent for a store's or a warehouse's PC
Takes sales, returns and stock movements from the tills, makes them durable
before it answers, works without a network and brings them to the hub when
there is one.")
set(CPACK_DEBIAN_HUB_DESCRIPTION "Tillsync hub, the centre of a retail chain's tills and stock rooms
Keeps the one ledger of stock, decides reservations, runs orders, posts to the
ERP and serves the console.")
set(CPACK_DEBIAN_CTL_DESCRIPTION "Tillsync's command line for operators
Everything that the hub's console can do, as tables for people and as JSON for
scripts.")

foreach(component AGENT HUB CTL)
  string(FIND "${CPACK_DEBIAN_${component}_DESCRIPTION}" "\n" end)
  string(SUBSTRING "${CPACK_DEBIAN_${component}_DESCRIPTION}" 0 ${end} CPACK_RPM_${component}_PACKAGE_SUMMARY)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${CPACK_DEBIAN_${component}_DESCRIPTION}" ${end} -1 CPACK_RPM_${component}_PACKAGE_DESCRIPTION)
endforeach()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(users "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, init-system-helpers (>= 1.52)")
set(scripts ${from}/debian)
set(CPACK_DEBIAN_AGENT_PACKAGE_NAME tillsync-agent)
set(CPACK_DEBIAN_AGENT_PACKAGE_DEPENDS "${users}, debconf (>= 0.5) | debconf-2.0")
set(CPACK_DEBIAN_AGENT_PACKAGE_CONTROL_EXTRA ${scripts}/agent/preinst ${scripts}/agent/postinst ${scripts}/agent/prerm ${scripts}/agent/postrm ${scripts}/agent/config
    ${scripts}/agent/templates ${scripts}/agent/conffiles)
set(CPACK_DEBIAN_HUB_PACKAGE_NAME tillsync-hub)
set(CPACK_DEBIAN_HUB_PACKAGE_DEPENDS "${users}")
set(CPACK_DEBIAN_HUB_PACKAGE_RECOMMENDS tillsync-ctl)
set(CPACK_DEBIAN_HUB_PACKAGE_CONTROL_EXTRA ${scripts}/hub/postinst ${scripts}/hub/prerm ${scripts}/hub/postrm ${scripts}/hub/conffiles)
set(CPACK_DEBIAN_CTL_PACKAGE_NAME tillsync-ctl)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_PACKAGE_GROUP "Applications/Business")
set(CPACK_RPM_SPEC_MORE_DEFINE "%define packager ${TILLSYNC_MAINTAINER}
%define _buildhost tillsync
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define source_date_epoch_from_changelog 0")
set(CPACK_RPM_AGENT_PACKAGE_NAME tillsync-agent)
set(CPACK_RPM_HUB_PACKAGE_NAME tillsync-hub)
set(CPACK_RPM_CTL_PACKAGE_NAME tillsync-ctl)
foreach(component AGENT HUB)
  string(TOLOWER ${component} lower)
  set(CPACK_RPM_${component}_POST_INSTALL_SCRIPT_FILE ${from}/rpm/${lower}.post)
  set(CPACK_RPM_${component}_PRE_UNINSTALL_SCRIPT_FILE ${from}/rpm/${lower}.preun)
  set(CPACK_RPM_${component}_POST_UNINSTALL_SCRIPT_FILE ${from}/rpm/${lower}.postun)
  set(CPACK_RPM_${component}_USER_FILELIST "%config(noreplace) /etc/default/tillsync-${lower}")
endforeach()
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc /etc/default /lib /lib/systemd /lib/systemd/system /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/share/lintian
    /usr/share/lintian/overrides /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/vendor-completions /usr/share/fish
    /usr/share/fish/vendor_completions.d /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8)
include(CPack)
