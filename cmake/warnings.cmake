# What every target of ours is compiled with; generated code is not.
option(HI2KIT_WERROR "warnings of our code are errors" ON)
add_library(hi2kit_warnings INTERFACE)
target_compile_options(hi2kit_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast $<$<BOOL:${HI2KIT_WERROR}>:-Werror>)

# g++ 12 sees an overlap in every "text" + std::string when it optimizes (GCC bug 105651), and other things of the kind behind compiled
# headers. clang's sanitizers look for the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(hi2kit_warnings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()

if(HI2KIT_SANITIZE)
  add_compile_options(-fsanitize=${HI2KIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HI2KIT_SANITIZE})
  if(HI2KIT_SANITIZE MATCHES thread)
    add_link_options(-Wl,-z,muldefs)  # a test's own operator new beside the one in clang's runtime: the first, ours, is taken
  endif()
endif()
if(HI2KIT_FUZZ)
  # Counters for libFuzzer in all code; a target of tests/fuzz adds -fsanitize=fuzzer when it links.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
