# gradtape_module(<name> PUBLIC <libraries...> PRIVATE <libraries...>)
#
# The library gradtape_<name>, alias gradtape::<name>, from <name>/include and every <name>/src/**.cpp except those in
# a folder simd, which InstructionSets.cmake compiles. A module without a source file is an interface library.
function(gradtape_module name)
  cmake_parse_arguments(PARSE_ARGV 1 module "" "" "PUBLIC;PRIVATE")
  set(target gradtape_${name})
  set(include_directory ${PROJECT_SOURCE_DIR}/${name}/include)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/src/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/simd/[^/]*$")

  if(sources)
    add_library(${target} ${sources})
    target_link_libraries(${target} PUBLIC ${module_PUBLIC} Threads::Threads PRIVATE ${module_PRIVATE})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/${name}/src)
    set_target_properties(${target} PROPERTIES
      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
      INSTALL_RPATH $ORIGIN)
    gradtape_flags(${target})
    # A recorded line inside the library is told from the user's by this prefix (autograd/src/tape/log.cpp).
    target_compile_options(${target} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=gradtape:)
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${module_PUBLIC})
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${include_directory}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} ${scope} cxx_std_20)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  add_library(gradtape::${name} ALIAS ${target})

  install(TARGETS ${target} EXPORT gradtapeTargets)
  if(EXISTS ${include_directory})
    install(DIRECTORY ${include_directory}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
  endif()
endfunction()
