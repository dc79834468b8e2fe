# The web UI inside the program: every file of web/dist (made by tools/web-build), plain and as
# gzip, becomes read-only data and a row of a table. Without web/dist the table is empty.
#
# Included by CMakeLists.txt it adds the table to the room app; run with -P it writes the table.

if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(bundle_out ${PROJECT_BINARY_DIR}/bundle/bundle_files.c)
    # Runs at every build, because web/dist comes and goes; writes only what has changed.
    add_custom_target(gosset_bundle
        COMMAND ${CMAKE_COMMAND} -DDIST=${PROJECT_SOURCE_DIR}/web/dist -DOUT=${bundle_out}
                -P ${CMAKE_CURRENT_LIST_FILE}
        BYPRODUCTS ${bundle_out}
        COMMENT "Bundling the web UI")
    target_sources(gosset_app PRIVATE ${bundle_out})
    add_dependencies(gosset_app gosset_bundle)
    return()
endif()

# One row a kind of file; the test of the bundle fails when one is missing.
set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_txt "text/plain; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_json "application/json")

# Appends the bytes of a file as the symbol `name` to `data`, its declaration to `names`.
macro(bundle_bytes name path)
    string(APPEND data "__asm__(\".section .rodata\\n${name}: .incbin \\\"${path}\\\"\\n.previous\");\n")
    string(APPEND names "extern const unsigned char ${name}[];\n")
endmacro()

set(data "")
set(names "")
set(rows "")
set(count 0)
file(GLOB_RECURSE paths RELATIVE ${DIST} ${DIST}/*)
list(FILTER paths EXCLUDE REGEX "(\\.gz|/\\.[^/]*|^\\.[^/]*)$")
list(SORT paths)
foreach(path IN LISTS paths)
    file(SIZE ${DIST}/${path} size)
    file(SHA256 ${DIST}/${path} hash)
    string(SUBSTRING ${hash} 0 20 hash)
    string(REGEX REPLACE ".*\\." "" extension ${path})
    set(type "application/octet-stream")
    if(DEFINED type_${extension})
        set(type "${type_${extension}}")
    endif()
    set(hashed false)
    if(path MATCHES "^assets/")
        set(hashed true)
    endif()
    bundle_bytes(bundle_${count} ${DIST}/${path})
    set(gzip "NULL, 0")
    if(EXISTS ${DIST}/${path}.gz)
        file(SIZE ${DIST}/${path}.gz gzip_size)
        bundle_bytes(bundle_${count}_gzip ${DIST}/${path}.gz)
        set(gzip "bundle_${count}_gzip, ${gzip_size}")
    endif()
    string(APPEND rows
        "    {\"/${path}\", \"${type}\", \"\\\"${hash}\\\"\", bundle_${count}, ${size}, ${gzip}, ${hashed}},\n")
    math(EXPR count "${count} + 1")
endforeach()

set(text "/* Written by cmake/bundle.cmake. */\n#include \"app/bundle.h\"\n\n")
if(count GREATER 0)
    string(APPEND text "${data}\n${names}\n")
endif()
string(APPEND text "const struct bundle_file bundle_files[] = {\n${rows}"
    "    {NULL, NULL, NULL, NULL, 0, NULL, 0, false},\n};\n"
    "const size_t bundle_file_count = ${count};\n")
set(before "")
if(EXISTS ${OUT})
    file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
    file(WRITE ${OUT} "${text}")
endif()
