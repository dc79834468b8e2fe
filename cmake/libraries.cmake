# Every outside library, once, as an imported target gosset::NAME. Debian packages are found by
# pkg-config; DuckDB comes from npm (tools/deps) unless the system has it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(gosset_pkg name module)
    pkg_check_modules(PKG_${name} REQUIRED IMPORTED_TARGET ${module})
    add_library(gosset::${name} ALIAS PkgConfig::PKG_${name})
endfunction()

gosset_pkg(xxhash libxxhash)
gosset_pkg(sodium libsodium)
gosset_pkg(uv libuv)
gosset_pkg(openssl openssl)
gosset_pkg(zlib zlib)
gosset_pkg(zstd libzstd)
gosset_pkg(sqlite sqlite3)
gosset_pkg(pcre2 libpcre2-8)
gosset_pkg(curl libcurl)
gosset_pkg(cmocka cmocka)

function(gosset_found name header library)
    cmake_parse_arguments(FOUND "" "" "HEADER_PATHS;LIBRARY_PATHS" ${ARGN})
    find_path(${name}_HEADER ${header} PATHS ${FOUND_HEADER_PATHS} REQUIRED)
    find_library(${name}_LIBRARY ${library} PATHS ${FOUND_LIBRARY_PATHS} REQUIRED)
    add_library(gosset::${name} UNKNOWN IMPORTED)
    set_target_properties(gosset::${name} PROPERTIES
        IMPORTED_LOCATION ${${name}_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${${name}_HEADER})
endfunction()

gosset_found(rmath Rmath.h Rmath)
gosset_found(rocksdb rocksdb/c.h rocksdb)
set(npm ${PROJECT_SOURCE_DIR}/tools/deps/node_modules)
gosset_found(duckdb duckdb.h duckdb
    HEADER_PATHS ${npm}/duckdb/src/duckdb/src/include
    LIBRARY_PATHS ${npm}/@duckdb/node-bindings-linux-x64)
install(FILES ${duckdb_LIBRARY} DESTINATION lib/gosset)
# Loaded when it is needed (src/ledger/sql_duckdb.c): only its header is built against. RPATH, not
# RUNPATH, which sanitizers hide from dlopen.
add_library(gosset_duckdb INTERFACE)
target_include_directories(gosset_duckdb SYSTEM INTERFACE ${duckdb_HEADER})
add_library(gosset::duckdb_header ALIAS gosset_duckdb)
get_filename_component(duckdb_FOLDER ${duckdb_LIBRARY} DIRECTORY)
list(APPEND CMAKE_BUILD_RPATH ${duckdb_FOLDER})
add_link_options(LINKER:--disable-new-dtags)

# llhttp ships as C sources inside Debian's node-llhttp; its warnings are not ours to mend.
set(llhttp_dir /usr/share/llhttp)
add_library(llhttp STATIC ${llhttp_dir}/llhttp.c ${llhttp_dir}/api.c ${llhttp_dir}/http.c)
target_compile_options(llhttp PRIVATE -w)
target_include_directories(llhttp SYSTEM PUBLIC /usr/share/include/llhttp)
add_library(gosset::llhttp ALIAS llhttp)
