// net/look_up_impl.hpp: addresses of names, with a time limit, which the system's resolver does not know.
//
// Source:  getaddrinfo(3).
// Units:   a steady clock.
// Errors:  a name that is not known has no addresses.
// Owns:    its threads share the state, and may outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace li::net {

using Addresses = std::vector<std::string>;  // as digits

/// A look-up works in a thread of its own, which is left behind when it takes too long. There is at most one for a name at a time: who
/// asks meanwhile waits for the same one.
class LookUps {
 public:
  using Resolver = std::function<Addresses(const std::string& host)>;
  explicit LookUps(Resolver resolver);

  /// Nothing when the time was over; an address that is digits already is not looked up. Several threads may ask.
  [[nodiscard]] std::optional<Addresses> find(const std::string& host, std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;  // threads left behind hold it too
};

/// That of this process, with the system's resolver.
[[nodiscard]] LookUps& system_look_ups();

}  // namespace li::net
