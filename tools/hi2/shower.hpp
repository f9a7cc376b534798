// hi2/shower.hpp: records and PDUs written to standard output in the form that the user asked for.
//
// What comes here has been walked without a fault, so that half a record is never shown.
#pragma once

#include <memory>

#include "capture/pdus.hpp"
#include "capture/reader.hpp"
#include "schema/json.hpp"
#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/text.hpp"
#include "schema/xer.hpp"
#include "x2/pdu.hpp"

namespace li::tool {

class Shower {
 public:
  /// `form` is one of text, json, jsonl, xer, hex and ber.
  Shower(std::string form, bool show_keys, bool colour);

  void file(const std::string& name);
  void record(const capture::Item& item, const schema::WalkOptions& options);
  void begin_aggregate(const capture::Item& item);
  void end_aggregate(const capture::Item& item);
  /// A PS-PDU or HI3 PDU.
  void pdu(const schema::Type& type, const capture::PduItem& item, const schema::WalkOptions& options);
  void pdu(const x2::Pdu& pdu, const capture::PduItem& item);
  void flush();

 private:
  [[nodiscard]] bool is_json() const { return form_ == "json" || form_ == "jsonl"; }
  [[nodiscard]] bool indented() const { return form_ == "json"; }
  [[nodiscard]] schema::JsonForm json_form() const { return indented() ? schema::JsonForm::indented : schema::JsonForm::line; }
  void value(const schema::Type& type, ByteView octets, const schema::WalkOptions& options);
  void member(const capture::Item& item, const schema::WalkOptions& options);
  void title(std::size_t offset, std::size_t octets, std::string_view what, std::string_view module);
  void line(std::size_t offset, const std::string& text);

  std::string form_;
  schema::Secrets secrets_;
  const schema::Palette& palette_;
  schema::Output out_;
  std::unique_ptr<schema::XerWriter> xer_;  // of an open aggregate
  std::string file_;
  std::size_t number_ = 0;
  bool first_ = true;
};

}  // namespace li::tool
