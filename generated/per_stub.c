/* -gen-PER gives the tables their bounds; the one PER function that this version names but does not have is never called. */
#include <asn_application.h>

asn_enc_rval_t SET_OF_encode_uper(asn_TYPE_descriptor_t* type, asn_per_constraints_t* constraints, void* value, asn_per_outp_t* out) {
  asn_enc_rval_t refused = {-1, type, value};
  (void)constraints;
  (void)out;
  return refused;
}
