/* Included ahead of every generated file: memory that may have held a key is overwritten before it is given back. */
#ifndef HI2KIT_WIPING_MEMORY_H
#define HI2KIT_WIPING_MEMORY_H

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static inline void hi2kit_free(void* memory) {
  if (memory) explicit_bzero(memory, malloc_usable_size(memory));
  free(memory);
}

static inline void* hi2kit_realloc(void* memory, size_t size) {
  void* bigger = malloc(size);
  if (bigger && memory) {
    size_t old = malloc_usable_size(memory);
    memcpy(bigger, memory, old < size ? old : size);
    hi2kit_free(memory);
  }
  return bigger;
}

/* Not function-like: lists have a member called free, which is renamed along with its uses. */
#define free hi2kit_free
#define realloc hi2kit_realloc

#endif
