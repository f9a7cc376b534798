#include "hi2/shower.hpp"

#include <cstdio>
#include <stdexcept>

#include "capture/secrets.hpp"
#include "hi2/input.hpp"
#include "hi2/show_x2.hpp"
#include "schema/hex.hpp"
#include "x2/json.hpp"

namespace li::tool {
namespace {

void show(const schema::Type& type, ByteView octets, schema::Visitor& visitor, const schema::WalkOptions& options) {
  if (const auto walked = schema::walk(type, octets, visitor, options); !walked)
    throw std::logic_error("a second walk differs from the first");
}

}  // namespace

Shower::Shower(std::string form, bool show_keys, bool colour)
    : form_(std::move(form)),
      secrets_(show_keys ? schema::Secrets::show : schema::Secrets::hide),
      palette_(colour ? schema::kColours : schema::kPlain),
      out_([](std::string_view text) { put(text); }) {}

void Shower::file(const std::string& name) {
  number_ = 0;
  file_ = name;
}

void Shower::record(const capture::Item& item, const schema::WalkOptions& options) {
  ++number_;
  title(item.offset, item.octets.size(), "record", hi2::name(item.module));
  if (item.in_aggregate && form_ != "ber") return member(item, options);
  value(hi2::contents_type(item.module), item.octets, options);
}

void Shower::pdu(const schema::Type& type, const capture::PduItem& item, const schema::WalkOptions& options) {
  ++number_;
  title(item.offset, item.octets.size(), "PDU", type.name);
  value(type, item.octets, options);
}

void Shower::pdu(const x2::Pdu& pdu, const capture::PduItem& item) {
  ++number_;
  title(item.offset, item.octets.size(), "PDU", "TS 103 221-2");
  if (form_ == "ber") return out_.put(as_text(item.octets)), out_.settle();
  if (is_json()) out_.put(x2::to_json(secrets_ == schema::Secrets::show ? pdu : capture::masked(pdu), indented()) + "\n");
  else if (form_ == "hex") show_x2_hex(out_, pdu, item, secrets_);
  else show_x2_text(out_, pdu, secrets_, palette_);
  out_.settle();
}

// One value and what ends it.
void Shower::value(const schema::Type& type, ByteView octets, const schema::WalkOptions& options) {
  if (form_ == "ber") return out_.put(as_text(octets)), out_.settle();
  if (form_ == "xer") {
    schema::XerWriter writer(out_, secrets_);
    show(type, octets, writer, options);
  } else if (form_ == "hex") {
    schema::HexWriter writer(out_, secrets_);
    show(type, octets, writer, options);
    out_.put('\n');
  } else if (form_ == "text") {
    schema::TextWriter writer(out_, secrets_, palette_);
    show(type, octets, writer, options);
    out_.put('\n');
  } else {
    schema::JsonWriter writer(out_, json_form(), secrets_);
    show(type, octets, writer, options);
    out_.put('\n');
  }
}

void Shower::begin_aggregate(const capture::Item& item) {
  const auto& type = hi2::contents_type(item.module);
  const auto name = type.members[1].name;
  first_ = true;
  if (form_ == "xer") {
    xer_ = std::make_unique<schema::XerWriter>(out_, secrets_, true);
    xer_->open(type.name);
    xer_->open(name);
  } else if (form_ == "hex") {
    line(item.offset, std::string(name) + ", an aggregate; its header is " + to_hex(item.octets));
  } else if (form_ == "text") {
    line(item.offset, std::string(name) + ", an aggregate");
  } else if (is_json()) {
    out_.put(indented() ? "{\n  \"" : "{\"");
    out_.put(name);
    out_.put(indented() ? "\": [" : "\":[");
  }
}

void Shower::end_aggregate(const capture::Item& item) {
  if (form_ == "xer" && xer_) {
    xer_->close();
    xer_->close();
    xer_.reset();
  } else if (form_ == "hex" || form_ == "text") {
    line(item.offset, "end of the aggregate");
  } else if (is_json()) {
    out_.put(indented() ? (first_ ? "]\n}\n" : "\n  ]\n}\n") : "]}\n");
  }
  out_.settle();
}

void Shower::flush() {
  out_.flush();
  flush_output();
}

// A record of an aggregate.
void Shower::member(const capture::Item& item, const schema::WalkOptions& options) {
  const auto& type = hi2::content_type(item.module);
  if (form_ == "xer") {
    show(type, item.octets, *xer_, options);
  } else if (is_json()) {
    if (!first_) out_.put(',');
    if (indented()) out_.put("\n    ");
    schema::JsonWriter writer(out_, json_form(), secrets_, 2);
    show(type, item.octets, writer, options);
  } else {
    value(type, item.octets, options);
  }
  first_ = false;
}

void Shower::title(std::size_t offset, std::size_t octets, std::string_view what, std::string_view module) {
  if (form_ != "text" && form_ != "hex") return;
  line(offset, std::string(what) + " " + std::to_string(number_) + ", " + std::to_string(octets) + " octets, " + std::string(module));
}

void Shower::line(std::size_t offset, const std::string& text) {
  char place[32];
  std::snprintf(place, sizeof place, ":0x%06zx  ", offset);
  out_.put(palette_.dim);
  out_.put("# " + file_ + place + text);
  out_.put(palette_.off);
  out_.put('\n');
}

}  // namespace li::tool
