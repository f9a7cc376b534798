#include "mikey/message.hpp"

namespace li::mikey {
namespace {

template <typename Kind, typename Matches>
const Kind* find_if(const std::vector<Payload>& chain, Matches matches) {
  for (const auto& payload : chain) {
    const auto* body = std::get_if<Kind>(&payload.body);
    if (body != nullptr && matches(*body)) return body;
  }
  return nullptr;
}

template <typename Kind, typename Role>
const Kind* find_role(const std::vector<Payload>& chain, Role role) {
  return find_if<Kind>(chain, [role](const Kind& body) { return body.role == number(role); });
}

struct TypeOf {
  template <typename Kind>
  std::uint8_t operator()(const Kind&) const {
    return number(Kind::kType);
  }
  std::uint8_t operator()(const Thdr&) const { return 0; }
  std::uint8_t operator()(const Unread& unread) const { return unread.type; }
};

struct Letter {
  char letter;
  bool Flags::*flag;
};
constexpr Letter kLetters[] = {{'D', &Flags::d}, {'E', &Flags::e}, {'F', &Flags::f}, {'G', &Flags::g}, {'H', &Flags::h}, {'I', &Flags::i},
                               {'J', &Flags::j}, {'K', &Flags::k}, {'L', &Flags::l}, {'M', &Flags::m}, {'N', &Flags::n}, {'O', &Flags::o}};

}  // namespace

std::uint8_t payload_type(const Payload& payload) { return std::visit(TypeOf{}, payload.body); }

bool has_next_octet(const Payload& payload) {
  return !std::holds_alternative<Sign>(payload.body) && !std::holds_alternative<Unread>(payload.body);
}

const Idr* find(const std::vector<Payload>& chain, IdRole role) { return find_role<Idr>(chain, role); }
const Randr* find(const std::vector<Payload>& chain, RandRole role) { return find_role<Randr>(chain, role); }
const TimestampRole* find(const std::vector<Payload>& chain, TsRole role) { return find_role<TimestampRole>(chain, role); }

const SecurityPolicy* find_policy(const std::vector<Payload>& chain, std::uint8_t policy_no) {
  return find_if<SecurityPolicy>(chain, [policy_no](const SecurityPolicy& policy) { return policy.policy_no == policy_no; });
}

std::string Flags::letters() const {
  std::string found;
  for (const auto& [letter, flag] : kLetters) {
    if (this->*flag) found += letter;
  }
  return found;
}

Flags Flags::from_letters(std::string_view letters) {
  Flags flags;
  for (const auto& [letter, flag] : kLetters) flags.*flag = letters.find(letter) != std::string_view::npos;
  return flags;
}

}  // namespace li::mikey
