// lemf/recent_impl.hpp: a few of many values, those that were used last.
//
// Source:  none.
// Units:   values.
// Errors:  none.
// Owns:    its values; one thread at a time may use it.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace li::lemf {

/// Pointers hold until their value goes.
template <typename Key, typename Value>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  /// It is the newest then; null if it is not here.
  [[nodiscard]] Value* find(const Key& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, known->second);
    return &known->second->second;
  }
  /// What put() of another key would drop.
  [[nodiscard]] Value* next_to_go() { return order_.empty() || order_.size() < most_ ? nullptr : &order_.back().second; }
  /// A key that is not here.
  Value* put(Key key, Value value) {
    if (next_to_go() != nullptr) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(key, std::move(value));
    places_.emplace(std::move(key), order_.begin());
    return &order_.front().second;
  }
  void clear() {
    places_.clear();
    order_.clear();
  }
  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  using Order = std::list<std::pair<Key, Value>>;  // the newest first
  std::size_t most_;
  Order order_;
  std::map<Key, typename Order::iterator> places_;
};

}  // namespace li::lemf
