# cmake --install: the libraries, the headers and the package that find_package(gradtape) reads.
include(CMakePackageConfigHelpers)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/gradtape)

install(TARGETS gradtape EXPORT gradtapeTargets)
install(EXPORT gradtapeTargets NAMESPACE gradtape:: DESTINATION ${package_directory})
configure_package_config_file(cmake/gradtapeConfig.cmake.in ${PROJECT_BINARY_DIR}/gradtapeConfig.cmake
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradtapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradtapeConfig.cmake ${PROJECT_BINARY_DIR}/gradtapeConfigVersion.cmake
  DESTINATION ${package_directory})
install(DIRECTORY cmake/find DESTINATION ${package_directory})
