#include "ps/records.hpp"

#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

// The modules of TS 33.108 that a record may be of: content type and the alternative of IRIContents.
struct FormTypes {
  explicit FormTypes(Form which, std::string_view content_name, const schema::Member* wrapper)
      : form(which), content(&schema::get(content_name)), alternative(wrapper), parameters(content->members.front().type) {}
  Form form;
  const schema::Type* content;
  const schema::Member* alternative;
  const schema::Type* parameters;
};

const FormTypes* form_of(const schema::Type* parameters) {
  static const FormTypes kForms[] = {FormTypes(Form::umts, "UmtsIRIContent", members().umts_iri),
                                     FormTypes(Form::eps, "EpsIRIContent", members().eps_iri)};
  for (const auto& one : kForms) {
    if (one.parameters == parameters) return &one;
  }
  return nullptr;
}

class Collector : public schema::Visitor {
 public:
  explicit Collector(ByteView octets)
      : octets_(octets),
        m_(members()),
        sip_(schema::get("SIPMessage").find("sIPContent")),
        micro_(m_.iri_sequence->type->item().type->find("microSecondTimeStamp")) {}

  void enter(const schema::Node& node) override {
    begins(node);
    const auto* form = node.parent != nullptr ? form_of(node.type) : nullptr;
    if (form == nullptr || items_.empty()) return;
    if (node.parent->type == form->content || node.parent->member == form->alternative) record(node, *form);
  }

  void primitive(const schema::Node& node, const schema::Content& content) override {
    begins(node);
    if (node.member == m_.iri_type) iri_type_ = static_cast<std::uint8_t>(number_of(content.octets));
    if (node.member == m_.iri_time) time_ = instant_of_generalized(as_text(content.octets));
    if (node.parent != nullptr && node.parent->member == micro_) take_micro(node, number_of(content.octets));
    if (node.member == sip_ && !items_.empty()) items_.back().sip = to_record_bytes(content.octets);
  }

  void unknown(const schema::Node& parent, std::size_t /*offset*/, ByteView /*tlv*/) override {
    if (is_contents(parent)) add({});
  }

  [[nodiscard]] std::vector<Item> take() { return std::move(items_); }

 private:
  [[nodiscard]] bool is_contents(const schema::Node& node) const {
    return node.type == m_.iri_contents_type || node.type == m_.cc_contents_type;
  }

  void begins(const schema::Node& node) {
    const bool next_payload = node.parent != nullptr && (node.parent->member == m_.iri_sequence || node.parent->member == m_.cc_sequence);
    if (next_payload) iri_type_.reset(), time_.reset(), first_ = items_.size();
    if (node.parent != nullptr && is_contents(*node.parent)) add(node.member->name);
  }

  void add(std::string_view name) { items_.push_back({name, iri_type_, std::nullopt, std::nullopt, time_}); }

  // It stands behind the contents.
  void take_micro(const schema::Node& node, std::uint64_t value) {
    if (node.member == m_.seconds) stamp_.seconds = value;
    else stamp_.micro_seconds = static_cast<std::uint32_t>(value);
    for (auto i = first_; i < items_.size(); ++i) items_[i].time = instant_of(stamp_);
  }

  void record(const schema::Node& node, const FormTypes& form) {
    if (items_.back().record) add(items_.back().name);  // the next one of an aggregate
    const auto tlv = octets_.subspan(node.offset, ber::measure(octets_.subspan(node.offset)).value());
    Record record{form.form, {}};
    if (node.parent->type == form.content) {
      record.octets = to_record_bytes(tlv);
    } else {
      ber::Header head;
      static_cast<void>(ber::read_header(tlv, 0, tlv.size(), head));
      const auto content = tlv.subspan(head.octets, tlv.size() - head.octets - (head.indefinite ? 2 : 0));
      const std::size_t kind = iri_type_ && *iri_type_ >= 1 && *iri_type_ <= 4 ? *iri_type_ : 4;
      ber::Writer out;
      out.header(form.content->members[kind - 1].tag, true, content.size());
      out.raw(content);
      record.octets = out.take();
    }
    items_.back().record = std::move(record);
  }

  ByteView octets_;
  const Members& m_;
  const schema::Member* sip_;
  const schema::Member* micro_;
  std::optional<std::uint8_t> iri_type_;
  std::optional<Instant> time_;
  MicroSecondTimeStamp stamp_;
  std::size_t first_ = 0;  // item of the payload
  std::vector<Item> items_;
};

}  // namespace

std::vector<Item> items(const Pdu& pdu) {
  Collector collector(pdu.octets);
  static_cast<void>(schema::walk(pdu_type(), pdu.octets, collector));
  return collector.take();
}

}  // namespace li::ps
