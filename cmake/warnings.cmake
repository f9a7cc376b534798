# What every target of ours is compiled with; generated code is not.
add_library(hi2kit_warnings INTERFACE)
target_compile_options(hi2kit_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror)

if(HI2KIT_SANITIZE)
  add_compile_options(-fsanitize=${HI2KIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HI2KIT_SANITIZE})
endif()
if(HI2KIT_FUZZ)
  # Counters for libFuzzer in all code; a target of tests/fuzz adds -fsanitize=fuzzer when it links.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
