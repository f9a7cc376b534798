#include "schema/asn1c.hpp"

#include <hi2kit_tables.h>

#include <ber_decoder.h>
#include <der_encoder.h>

#include "ber/writer.hpp"
#include "schema/tables_impl.hpp"

namespace li::schema {
namespace {

using ber::Edit;

// Notes what plain_copy() changes.
class Editor : public Visitor {
 public:
  explicit Editor(std::size_t base) : base_(base) {}

  void primitive(const Node& node, const Content& content) override {
    if (content.is_default) edits.push_back({node.offset - base_, Edit::What::drop});
    else if (content.segmented)
      edits.push_back({innermost(node), node.type->kind == Kind::bit_string ? Edit::What::join_bits : Edit::What::join});
  }
  void unknown(const Node& parent, std::size_t offset, ByteView /*tlv*/) override {
    if (parent.type->kind != Kind::choice) edits.push_back({offset - base_, Edit::What::drop});  // an empty CHOICE would be no value
  }

  std::vector<Edit> edits;

 private:
  // Behind the explicit tags around a string.
  [[nodiscard]] std::size_t innermost(const Node& node) const {
    std::size_t at = 0;
    for (std::size_t i = 1; node.member != nullptr && i < node.member->tags.size(); ++i) {
      ber::Header header;
      if (ber::read_header(node.header, at, SIZE_MAX, header) != ber::Fault::none) break;
      at += header.octets;
    }
    return node.offset - base_ + at;
  }

  std::size_t base_;
};

asn_TYPE_descriptor_t& descriptor_of(const Type& type) { return *tables().descriptors.at(&type); }

int take(const void* octets, size_t size, void* out) {
  li::append(*static_cast<RecordBytes*>(out), ByteView(static_cast<const std::uint8_t*>(octets), size));
  return 0;
}

}  // namespace

Result<RecordBytes> plain_copy(const Type& type, ByteView octets, const WalkOptions& options) {
  Editor editor(options.base);
  if (auto walked = walk(type, octets, editor, options); !walked) return failure(std::move(walked.error()));
  return ber::definite(octets, editor.edits, options.limits);
}

Result<Struct> Struct::decode(const Type& type, ByteView octets, const WalkOptions& options) {
  const auto copy = plain_copy(type, octets, options);
  if (!copy) return failure(copy.error());
  asn_codec_ctx_t context{};
  context.max_stack_size = 1024 * 1024;  // the walk's depth limit speaks first; zero would switch the check off
  Struct result(type, nullptr);
  const auto decoded = ber_decode(&context, &descriptor_of(type), &result.value_, copy->data(), copy->size());
  if (decoded.code != RC_OK || decoded.consumed != copy->size()) {
    return failure(ErrorKind::malformed, "asn1c refuses the value behind octet " + std::to_string(decoded.consumed) + " of its copy");
  }
  return result;
}

Result<RecordBytes> Struct::encode() const {
  RecordBytes octets;
  const auto encoded = der_encode(&descriptor_of(*type_), value_, take, &octets);
  if (encoded.encoded < 0)
    return failure(ErrorKind::out_of_range,
                   std::string("asn1c can't encode a value of ") + (encoded.failed_type != nullptr ? encoded.failed_type->name : "?"));
  return plain_copy(*type_, octets);
}

Struct::~Struct() {
  if (value_ != nullptr) descriptor_of(*type_).free_struct(&descriptor_of(*type_), value_, 0);
}

}  // namespace li::schema
