# One folder of src/ is one room is one static library. A room sees the rooms it names, and theirs.

function(gosset_room name)
    cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
    list(FILTER sources EXCLUDE REGEX "/main\\.c$")
    if(NOT sources)
        add_library(gosset_${name} INTERFACE)
        set(scope INTERFACE)
    else()
        add_library(gosset_${name} STATIC ${sources})
        set(scope PUBLIC)
    endif()
    target_include_directories(gosset_${name} ${scope}
                               ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    foreach(room ${ROOM_ROOMS})
        target_link_libraries(gosset_${name} ${scope} gosset_${room})
    endforeach()
    target_link_libraries(gosset_${name} ${scope} ${ROOM_LIBRARIES})
endfunction()

function(gosset_program name)
    cmake_parse_arguments(ROOM "" "" "ROOMS" ${ARGN})
    set(main ${PROJECT_SOURCE_DIR}/src/cli/main.c)
    if(NOT EXISTS ${main})
        return()
    endif()
    add_executable(${name} ${main})
    foreach(room ${ROOM_ROOMS})
        target_link_libraries(${name} PRIVATE gosset_${room})
    endforeach()
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
        INSTALL_RPATH "$ORIGIN/../lib/gosset")
    install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# Every *_test.c of a folder becomes one program and one ctest entry.
function(gosset_test_folder folder)
    cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "ROOMS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.c)
    if(NOT sources)
        return()
    endif()
    string(REPLACE "/" "_" target ${folder})
    add_executable(test_${target} ${sources} ${PROJECT_SOURCE_DIR}/tests/test.c)
    target_include_directories(test_${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    # Hundreds of digits and literals stand in tests; their conversions are meant.
    target_compile_options(test_${target} PRIVATE -Wno-conversion)
    foreach(room ${TEST_ROOMS})
        target_link_libraries(test_${target} PRIVATE gosset_${room})
    endforeach()
    target_link_libraries(test_${target} PRIVATE gosset::cmocka)
    target_compile_definitions(test_${target} PRIVATE
        GOSSET_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
        GOSSET_SHARED_DIR="${PROJECT_SOURCE_DIR}/../shared")
    add_test(NAME ${target} COMMAND test_${target})
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 300)
    endif()
    set_tests_properties(${target} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABEL}"
        ENVIRONMENT "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
endfunction()
