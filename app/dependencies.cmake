# Libraries come from the distribution; where it has none, from their authors, pinned by hash.
# Each is offered as greeter::NAME, header-only where the choice exists: a static link then needs no archive of it.
include(FetchContent)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

macro(greeter_fetch name url sha256)
  message(STATUS "${name} is not installed: fetching ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256} ${ARGN})
  FetchContent_MakeAvailable(${name})
endmacro()

find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND)
  greeter_fetch(nlohmann_json https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
    d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
endif()

find_package(fmt 9 QUIET)
if(NOT fmt_FOUND)
  greeter_fetch(fmt https://github.com/fmtlib/fmt/archive/10.2.1.tar.gz
    1250e4cc58bf06ee631567523f48848dc4596133e163f02615c97f78bab6c811)
endif()
add_library(greeter_fmt INTERFACE)
add_library(greeter::fmt ALIAS greeter_fmt)
target_link_libraries(greeter_fmt INTERFACE fmt::fmt-header-only)

find_package(spdlog 1.10 QUIET)
if(NOT spdlog_FOUND)
  set(SPDLOG_FMT_EXTERNAL_HO ON)
  greeter_fetch(spdlog https://github.com/gabime/spdlog/archive/v1.14.0.tar.gz
    429a6b73ade8285cb21f83bacf89e2821dd1720ea7faa3cb518ffe04b4e00efc)
endif()
add_library(greeter_spdlog INTERFACE)
add_library(greeter::spdlog ALIAS greeter_spdlog)
target_include_directories(greeter_spdlog SYSTEM INTERFACE
  $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(greeter_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(greeter_spdlog INTERFACE fmt::fmt-header-only Threads::Threads)

find_package(yaml-cpp 0.7 QUIET)
if(NOT yaml-cpp_FOUND)
  set(YAML_CPP_BUILD_TOOLS OFF)
  greeter_fetch(yaml-cpp https://github.com/jbeder/yaml-cpp/archive/refs/tags/0.8.0.tar.gz
    fbe74bbdcee21d656715688706da3c8becfd946d92cd44705cc6098bb23b3a16)
endif()
add_library(greeter_yaml INTERFACE)
add_library(greeter::yaml ALIAS greeter_yaml)
if(GREETER_STATIC) # the package's target names its shared library even where the archive lies beside it
  target_link_libraries(greeter_yaml INTERFACE libyaml-cpp.a)
else()
  target_link_libraries(greeter_yaml INTERFACE yaml-cpp)
endif()

find_package(CLI11 2.1 QUIET)
if(NOT CLI11_FOUND)
  greeter_fetch(CLI11 https://github.com/CLIUtils/CLI11/archive/v2.4.2.tar.gz
    f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
endif()
add_library(greeter_cli11 INTERFACE)
add_library(greeter::cli11 ALIAS greeter_cli11)
target_link_libraries(greeter_cli11 INTERFACE CLI11::CLI11)

# Small, stable and in every distribution: these have no other source. A static link needs what they lean on as well, in no
# order that one pass would do. pkg_check_modules asks a dozen times, which for RE2 and its hundred archives takes half a minute.
function(greeter_package name package)
  if(GREETER_STATIC)
    set(static --static)
  endif()
  execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} ${static} --libs ${package}
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "-l[^ ]+" libraries "${flags}")
  list(REMOVE_DUPLICATES libraries)
  list(JOIN libraries "," group)
  add_library(greeter_${name} INTERFACE)
  add_library(greeter::${name} ALIAS greeter_${name})
  target_link_libraries(greeter_${name} INTERFACE Threads::Threads "$<LINK_GROUP:RESCAN,${group}>")
endfunction()
greeter_package(sqlite sqlite3)
greeter_package(re2 re2)
greeter_package(hiredis hiredis)
greeter_package(tls openssl)

if(GREETER_TESTS)
  find_package(doctest 2.4 QUIET)
  if(NOT doctest_FOUND)
    greeter_fetch(doctest https://github.com/doctest/doctest/archive/v2.4.9.tar.gz
      19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856)
  endif()
endif()

# cpp-httplib: a complete header where HTTPLIB_INCLUDE_DIR names one; else the system's (Debian and Ubuntu split
# it into a declaring header and a shared library, found by pkg-config); else its authors' header.
add_library(greeter_httplib INTERFACE)
add_library(greeter::httplib ALIAS greeter_httplib)
target_link_libraries(greeter_httplib INTERFACE Threads::Threads)
pkg_check_modules(httplib_package QUIET IMPORTED_TARGET cpp-httplib)
if(httplib_package_FOUND AND NOT HTTPLIB_INCLUDE_DIR)
  # Its -D flags change the layout of httplib's classes: they must be those the library was built with.
  target_link_libraries(greeter_httplib INTERFACE PkgConfig::httplib_package)
  find_package(OpenSSL REQUIRED)
  target_link_libraries(greeter_httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto)
else()
  if(NOT HTTPLIB_INCLUDE_DIR)
    FetchContent_Declare(httplib URL https://github.com/yhirose/cpp-httplib/archive/v0.25.0.tar.gz
      URL_HASH SHA256=ac7c59fa72325d4cb9f73af266312d82632ac35a5c4c8a1be620c1f946ec9cea)
    FetchContent_MakeAvailable(httplib)
    set(HTTPLIB_INCLUDE_DIR ${httplib_SOURCE_DIR})
  endif()
  target_include_directories(greeter_httplib SYSTEM INTERFACE ${HTTPLIB_INCLUDE_DIR})
  target_compile_definitions(greeter_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
  target_link_libraries(greeter_httplib INTERFACE greeter::tls)
endif()
