/* What the recipe adds to the output of asn1c: the types that stand alone on the wire, and the module of each type. */
#ifndef HI2KIT_TABLES_H
#define HI2KIT_TABLES_H

#include <asn_application.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hi2kit_pdu {
  const char* name;
  asn_TYPE_descriptor_t* descriptor;
};

struct hi2kit_type {
  const char* name;
  const char* module;
};

/* Both end with an entry of null pointers. */
extern const struct hi2kit_pdu hi2kit_pdus[];
extern const struct hi2kit_type hi2kit_types[];

#ifdef __cplusplus
}
#endif

#endif
