// schema/writer.hpp: the one writer. Members in, octets out, held to the module on the way.
//
// Source:  X.690 clauses 8 and 10 (definite lengths in the fewest octets, primitive strings, DEFAULT left out).
// Units:   octets.
// Errors:  the first error sticks: later calls do nothing and finish() returns it, with the path of the member. ok() tells
//          early. Refused are: unknown, repeated or missing members, values outside their constraint, a CHOICE of no or two
//          alternatives.
// Owns:    the octets until finish(); they are wiped if given up. Members may come in any order: a SEQUENCE is put in order
//          when it ends, unknown TLVs staying behind the member they followed. The items of a SET OF keep theirs.
//
// The twin of walk.hpp: begin and end mirror enter and leave, content mirrors primitive, raw mirrors unknown.
#pragma once

#include <array>

#include "ber/writer.hpp"
#include "schema/node.hpp"

namespace li::schema {

class Writer {
 public:
  explicit Writer(const Type& top);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {}  // NOLINT(modernize-use-equals-default): the union below has none

  /// The value that the next begin() or content() is for; null between values.
  [[nodiscard]] const Type* pending() const { return pending_type_; }
  [[nodiscard]] const Member* pending_member() const { return pending_member_; }
  /// The kind of the value that is open; SEQUENCE before the first begin().
  [[nodiscard]] Kind open_kind() const { return depth_ > 0 ? open().type->kind : Kind::sequence; }

  void member(std::string_view name);        ///< selects a member of the open SEQUENCE, or the alternative of the open CHOICE
  void member(const Member& member);         ///< the same, of the open value's type
  void item();                               ///< selects the next item of the open list
  void begin();                              ///< opens the pending SEQUENCE, list or CHOICE
  void end();                                ///< closes it
  void content(ByteView octets);             ///< the pending primitive value
  void octets_as_they_are(ByteView octets);  ///< the same for a string or number that content() would not take for its characters or size
  void raw(ByteView tlv);                    ///< a TLV that the module does not name, where it has an extension marker

  void member(const Member& m, ByteView octets) { member(m), content(octets); }
  void member(const Member& m, std::string_view text) { member(m), content(as_bytes(text)); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const Error& error() const { return error_; }
  /// Makes the writer fail at the pending value: for what only the caller can see.
  void refuse(ErrorKind kind, std::string text, std::string clause = {});

  [[nodiscard]] Result<RecordBytes> finish();
  void reserve(std::size_t octets) { out_.reserve(octets); }

 private:
  static constexpr std::size_t kTags = 4;  // explicit tags around one value
  struct Frame {
    const Type* type;
    const Member* member;
    std::size_t index;                     // in the list around it
    std::array<std::size_t, kTags> marks;  // of its open TLVs
    std::size_t open;                      // how many
    std::size_t first_chunk;               // in chunks_
    std::uint32_t count;                   // items or alternatives so far
  };
  struct Chunk {
    std::uint32_t order;  // index of the member + 1; for an unknown TLV that of the member before it
    bool known;
    std::size_t begin;  // in out_
  };

  [[nodiscard]] bool selects() const { return ok_ && pending_type_ == nullptr && depth_ > 0 && !is_list(open().type->kind); }
  [[nodiscard]] bool may_end() const { return ok_ && pending_type_ == nullptr && depth_ > 0; }
  void out_of_turn();
  [[nodiscard]] Frame& open() { return frames_[depth_ - 1]; }
  [[nodiscard]] const Frame& open() const { return frames_[depth_ - 1]; }
  void value(ByteView octets, bool as_they_are);
  void note_chunk(std::uint32_t order, bool known);
  void close_fields(const Frame& frame);
  [[nodiscard]] bool sorted(const Frame& frame) const;
  void sort_chunks(const Frame& frame);
  void done_with_value();
  void fail(ErrorKind kind, std::string text, std::string clause, const Member* inside = nullptr);
  [[nodiscard]] std::string path(const Member* inside) const;
  [[nodiscard]] std::string clause_here(const Type& type) const;

  ber::Writer out_;
  std::vector<Chunk> chunks_;
  std::size_t depth_ = 0;  // frames in use
  const Type* pending_type_;
  const Member* pending_member_ = nullptr;
  std::size_t pending_index_ = 0;
  bool ok_ = true;
  bool done_ = false;
  Error error_;
  union {  // filled as values are opened
    std::array<Frame, ber::kDepthCap> frames_;
  };
};

}  // namespace li::schema
