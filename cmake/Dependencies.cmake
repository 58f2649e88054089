# The libraries that gradtape stands on. What an installed gradtape needs of them is in gradtapeConfig.cmake.in.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/find)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(oneDNN MODULE REQUIRED)
find_package(OpenBLAS MODULE REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
# Headers only, and only for those who include gradtape/autograd/xtensor.h.
find_package(xtensor QUIET)
