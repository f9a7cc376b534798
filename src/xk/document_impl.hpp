// xk/document_impl.hpp: an XML document that the schema has let through, as a tree.
//
// Source:  xk/xk.xsd; XML 1.0.
// Errors:  where the document breaks well-formedness, a limit or the schema; never a key of it.
// Owns:    a Document owns tree and secrets, which are wiped; an Element points into it.
#pragma once

#include <libxml/tree.h>

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace li::xk {

/// An element of the tree; it lives as long as its Document.
class Element {
 public:
  explicit Element(const xmlNode* node) : node_(node) {}
  [[nodiscard]] bool is(std::string_view name) const;
  /// Its text, without the white space around it.
  [[nodiscard]] std::string_view text() const;
  /// All but the white space of a text that the tree must not hold.
  [[nodiscard]] std::string_view secret() const;
  [[nodiscard]] std::optional<std::string_view> attribute(const char* name) const;
  /// The first element in it, and the next one beside it.
  [[nodiscard]] std::optional<Element> first() const;
  [[nodiscard]] std::optional<Element> next() const;

 private:
  const xmlNode* node_;
};

class Document {
 public:
  /// Well-formed, within the limits, without a document type definition, and valid by the schema.
  [[nodiscard]] static Result<Document> parse(ByteView document);
  [[nodiscard]] Element root() const { return Element(xmlDocGetRootElement(tree_.get())); }

 private:
  friend class Parser;
  struct FreeTree {
    void operator()(xmlDoc* tree) const { xmlFreeDoc(tree); }
  };
  std::unique_ptr<std::deque<RecordBytes>> secrets_;  // texts of secret elements, to which the elements' _private point
  std::unique_ptr<xmlDoc, FreeTree> tree_;
};

}  // namespace li::xk
