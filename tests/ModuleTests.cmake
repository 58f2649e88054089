# gradtape_module_tests(<module>)
#
# The program test_<module> from tests/<module>/**.cpp, and one CTest test per file. Test cases in TEST_SUITE("long")
# are a CTest test of their own, which only ctest -C long runs.
if(GRADTAPE_SANITIZE MATCHES "thread")
  set(sanitizer_environment
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1:second_deadlock_stack=1")
elseif(GRADTAPE_SANITIZE)
  set(sanitizer_environment "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp")
endif()

set(GRADTAPE_TESTS "" CACHE STRING "Only the test files whose paths match this regular expression (empty: all)")

# One object for all programs: doctest's implementation is its slowest part.
add_library(test_main OBJECT main.cpp)
target_link_libraries(test_main PUBLIC doctest::doctest)
gradtape_flags(test_main)

function(gradtape_module_tests module)
  set(directory ${PROJECT_SOURCE_DIR}/tests/${module})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  if(GRADTAPE_TESTS)
    list(FILTER sources INCLUDE REGEX "${GRADTAPE_TESTS}")
  endif()
  if(NOT sources)
    return()
  endif()

  set(target test_${module})
  add_executable(${target} ${sources})
  gradtape_flags(${target})
  # What is tested is optimised; the tests themselves compile a third faster so.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${target} PRIVATE test_main gradtape_${module})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/${module}/src)

  foreach(source IN LISTS sources)
    # Only where they are used: a path of this machine in every command line would keep caches from sharing objects.
    file(STRINGS ${source} uses_folders REGEX "GRADTAPE_TEST_FILES|GRADTAPE_SOURCE_DIR" LIMIT_COUNT 1)
    if(uses_folders)
      set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS
        "GRADTAPE_TEST_FILES=\"${PROJECT_SOURCE_DIR}/tests/data_files\";GRADTAPE_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
    endif()
    if(NOT source MATCHES "_test[.]cpp$")
      continue()
    endif()
    file(RELATIVE_PATH path ${directory} ${source})
    string(REGEX REPLACE "(_test)?\\.cpp$" "" name ${module}/${path})
    set(select $<TARGET_FILE:${target}> --source-file=*tests/${module}/${path})
    add_test(NAME ${name} COMMAND ${select} --test-suite-exclude=long)
    set(added ${name})
    file(STRINGS ${source} long_suite REGEX "TEST_SUITE\\(\"long\"\\)|test_suite\\(\"long\"\\)" LIMIT_COUNT 1)
    if(long_suite)
      add_test(NAME ${name}.long COMMAND ${select} --test-suite=long CONFIGURATIONS long)
      set_tests_properties(${name}.long PROPERTIES LABELS long)
      list(APPEND added ${name}.long)
    endif()
    set_tests_properties(${added} PROPERTIES ENVIRONMENT "${sanitizer_environment}")
  endforeach()
endfunction()
