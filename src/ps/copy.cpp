#include "ps/copy_impl.hpp"

namespace li::ps {
namespace {

class Copier : public schema::Visitor {
 public:
  Copier(const schema::Type& wanted, schema::Writer& out) : wanted_(wanted), out_(out) {}

  void enter(const schema::Node& node) override {
    if (state_ == State::before && node.type == &wanted_) state_ = State::inside;
    else if (state_ == State::inside) select(node);
    else return;
    out_.begin();
    ++depth_;
  }
  void leave(const schema::Node& /*node*/) override {
    if (state_ != State::inside) return;
    out_.end();
    if (--depth_ == 0) state_ = State::behind;
  }
  void primitive(const schema::Node& node, const schema::Content& content) override {
    if (state_ != State::inside || content.is_default) return;
    select(node);
    if (content.valid) out_.content(content.octets);
    else out_.octets_as_they_are(content.octets);
  }
  void unknown(const schema::Node& /*parent*/, std::size_t /*offset*/, ByteView tlv) override {
    if (state_ == State::inside) out_.raw(tlv);
  }

  [[nodiscard]] bool found() const { return state_ == State::behind; }

 private:
  enum class State : std::uint8_t { before, inside, behind };

  void select(const schema::Node& node) {
    if (schema::is_list(node.parent->type->kind)) out_.item();
    else out_.member(*node.member);
  }

  const schema::Type& wanted_;
  schema::Writer& out_;
  State state_ = State::before;
  std::size_t depth_ = 0;
};

}  // namespace

Result<void> copy(const schema::Type& from, ByteView octets, const schema::Type& wanted, schema::Writer& out) {
  Copier copier(wanted, out);
  if (auto walked = schema::walk(from, octets, copier); !walked) return walked;
  if (!out.ok()) return failure(out.error());
  if (!copier.found()) return failure(ErrorKind::missing, "no " + std::string(wanted.name));
  return {};
}

}  // namespace li::ps
