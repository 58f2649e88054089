# Compiles through ccache where it is installed, unless a launcher was chosen already.
find_program(GRADTAPE_CCACHE ccache)
mark_as_advanced(GRADTAPE_CCACHE)
if(GRADTAPE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GRADTAPE_CCACHE})
endif()
