# Turns files into a C++ header, so that the program needs none beside it. Done when the build is configured, which is
# again whenever one of the files changes.

# greeter_embed(HEADER FILE...): for ui.html, `ui_html` is its bytes and `ui_html_etag` its entity tag; `embedded_files`
# counts them. Bytes as an array rather than a string: compilers limit the length of those.
function(greeter_embed header)
  set(code "// Made by app/embed.cmake.\n#pragma once\n#include <cstddef>\n\nnamespace greeter::embedded {\n")
  foreach(file ${ARGN})
    cmake_path(GET file FILENAME name)
    string(MAKE_C_IDENTIFIER ${name} name)
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    string(APPEND code "inline constexpr char ${name}[] = {${bytes}};\n"
      "inline constexpr char ${name}_etag[] = \"\\\"${hash}\\\"\";\n")
  endforeach()
  list(LENGTH ARGN count)
  string(APPEND code "inline constexpr std::size_t embedded_files = ${count};\n}\n")
  file(CONFIGURE OUTPUT ${header} CONTENT "${code}" @ONLY) # leaves it alone where nothing has changed
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
endfunction()
