# Compiles autograd/src/kernels/simd/*.cpp once per instruction set, each time into the namespace that GRADTAPE_ISA
# names; the kernels choose among them at run time (kernels/isa.h). Also the flags of other kernels that need their own.
set(kernels_directory ${PROJECT_SOURCE_DIR}/autograd/src/kernels)
set(kernel_optimization $<IF:$<CONFIG:Debug>,-O1,-O3>)

set(instruction_sets baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND instruction_sets avx2 avx512)
  set(avx2_flags -mavx2 -mfma)
  set(avx512_flags -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512)
else()
  target_compile_definitions(gradtape_autograd PRIVATE GRADTAPE_BASELINE_ONLY=1)
endif()

file(GLOB simd_sources CONFIGURE_DEPENDS ${kernels_directory}/simd/*.cpp)
if(simd_sources)
  foreach(isa IN LISTS instruction_sets)
    set(target gradtape_kernels_${isa})
    add_library(${target} OBJECT ${simd_sources})
    gradtape_flags(${target} WITHOUT_THREAD_SANITIZER)
    target_include_directories(${target} PRIVATE
      ${PROJECT_SOURCE_DIR}/autograd/include ${PROJECT_SOURCE_DIR}/autograd/src)
    target_compile_definitions(${target} PRIVATE GRADTAPE_ISA=${isa})
    target_compile_options(${target} PRIVATE
      ${kernel_optimization} -fno-math-errno -fno-trapping-math ${${isa}_flags})
    target_sources(gradtape_autograd PRIVATE $<TARGET_OBJECTS:${target}>)
  endforeach()
endif()

# The same random numbers on every machine: no multiply-add may be contracted.
file(GLOB random_sources CONFIGURE_DEPENDS ${kernels_directory}/random*.cpp ${kernels_directory}/simd/random*.cpp)
set_source_files_properties(${random_sources} PROPERTIES COMPILE_OPTIONS "${kernel_optimization};-ffp-contract=off")
