#include "ps/options.hpp"

#include "ps/members_impl.hpp"

namespace li::ps {
namespace {

class OptionReader : public schema::Visitor {
 public:
  explicit OptionReader(Options& options) : options_(options), m_(members()) {}

  void primitive(const schema::Node& node, const schema::Content&) override {
    if (node.member != m_.acknowledgement) return;
    for (const auto* list = node.parent; list != nullptr; list = list->parent) {
      if (list->member == m_.requested) options_.requested = true;
      if (list->member == m_.accepted) options_.accepted = true;
      if (list->member == m_.declined) options_.declined = true;
    }
  }

 private:
  Options& options_;
  const Members& m_;
};

}  // namespace

Result<Options> options_of(const Pdu& pdu) {
  if (pdu.tri != Tri::option_request && pdu.tri != Tri::option_response)
    return failure(ErrorKind::unexpected, "neither optionRequest nor optionResponse", "TS 102 232-1 6.3.5");
  Options options;
  OptionReader reader(options);
  if (auto walked = schema::walk(*members().pdu, pdu.octets, reader); !walked) return failure(std::move(walked.error()));
  return options;
}

}  // namespace li::ps
