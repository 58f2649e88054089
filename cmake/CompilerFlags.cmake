# gradtape_flags(target): the language level, warnings and sanitizers of everything that is compiled here.
# gradtape_flags(target WITHOUT_THREAD_SANITIZER): for loops that know nothing of threads, which it slows a hundredfold.
function(gradtape_flags target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic $<$<CONFIG:Debug>:-O1>
    # GCC 12 warns of every "literal" + std::string (GCC bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
    # Functions that nobody may replace from outside can be inlined in position-independent code.
    -fno-semantic-interposition)
  if(GRADTAPE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(GRADTAPE_SANITIZE AND NOT ("WITHOUT_THREAD_SANITIZER" IN_LIST ARGN AND GRADTAPE_SANITIZE MATCHES "thread"))
    target_compile_options(${target} PRIVATE
      -fsanitize=${GRADTAPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${GRADTAPE_SANITIZE})
  endif()
endfunction()
