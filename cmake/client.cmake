# libgosset-client as others link it: a shared library that shows gos_ names only, under a version;
# a static one that is a single object, with the same names and no others; headers, pkg-config and
# CMake package files. Debian packages take it by the component "client".

# One object: of base only what the others need, so nothing of libsodium.
set(client_object ${PROJECT_BINARY_DIR}/gosset-client.o)
add_custom_command(OUTPUT ${client_object}
    COMMAND ${CMAKE_LINKER} -r -o ${client_object} --whole-archive $<TARGET_FILE:gosset_client>
            $<TARGET_FILE:gosset_regex> $<TARGET_FILE:gosset_eval> --no-whole-archive
            $<TARGET_FILE:gosset_base>
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=gos_* ${client_object}
    DEPENDS gosset_base gosset_eval gosset_regex gosset_client
    COMMENT "Joining the client library")

set(client_static ${PROJECT_BINARY_DIR}/libgosset-client.a)
add_custom_command(OUTPUT ${client_static}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${client_static}
    COMMAND ${CMAKE_AR} rcs ${client_static} ${client_object}
    DEPENDS ${client_object}
    COMMENT "Writing the static client library")
add_custom_target(gosset_client_static ALL DEPENDS ${client_static})

set(client_map ${PROJECT_SOURCE_DIR}/cmake/client.map)
set_source_files_properties(${client_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
add_library(gosset_client_shared SHARED ${client_object})
add_dependencies(gosset_client_shared gosset_client_static)
set_target_properties(gosset_client_shared PROPERTIES
    OUTPUT_NAME gosset-client
    LINKER_LANGUAGE C
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${client_map})
target_link_options(gosset_client_shared PRIVATE
    -Wl,--version-script=${client_map} -Wl,--as-needed)
target_link_libraries(gosset_client_shared PRIVATE gosset::curl gosset::pcre2 Threads::Threads m)

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(client_package ${CMAKE_INSTALL_LIBDIR}/cmake/gosset-client)
install(TARGETS gosset_client_shared
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client NAMELINK_COMPONENT client)
install(FILES ${client_static} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
foreach(header base.h client.h client_ask.h compare.h context.h decision.h errors.def eval.h
               explain.h reasons.def ruleset.h)
    install(FILES include/gosset/${header}
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gosset COMPONENT client)
endforeach()

configure_file(cmake/gosset-client.pc.in gosset-client.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gosset-client.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT client)
configure_package_config_file(cmake/gosset-client-config.cmake.in gosset-client-config.cmake
    INSTALL_DESTINATION ${client_package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(gosset-client-config-version.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gosset-client-config.cmake
              ${PROJECT_BINARY_DIR}/gosset-client-config-version.cmake
    DESTINATION ${client_package} COMPONENT client)
