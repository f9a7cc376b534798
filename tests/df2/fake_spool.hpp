// A spool in memory: batches are all or nothing, as in the real one. `full` makes commits fail as a full disk does.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "delivery/spool.hpp"

namespace li::df2::test {

class FakeSpool : public delivery::Spool {
 public:
  using NumberKey =
      std::tuple<Bytes, Bytes, std::optional<Bytes>, std::optional<std::uint32_t>, std::optional<std::string>, int, std::string>;
  using SightKey = std::pair<Bytes, std::uint32_t>;
  using StateKey = std::tuple<std::string, Bytes, Bytes>;

  struct Stored {
    std::int64_t id = 0;
    delivery::Entry entry;
  };

  bool full = false;
  std::vector<Stored> entries;  ///< all that was ever committed and not confirmed, in order
  std::map<NumberKey, std::uint32_t> numbers;
  std::map<std::string, std::uint64_t, std::less<>> ids;
  std::map<SightKey, Bytes> sightings;
  std::map<Bytes, std::uint32_t> last;
  std::map<StateKey, RecordBytes> states;
  std::size_t commits = 0;

  Result<std::unique_ptr<Batch>> begin() override { return std::make_unique<FakeBatch>(*this); }

  Result<std::vector<delivery::Waiting>> read(std::string_view destination, std::int64_t after, std::size_t most, std::size_t) override {
    const std::scoped_lock hold(mutex_);
    std::vector<delivery::Waiting> out;
    for (const auto& [id, entry] : entries) {
      if (entry.destination == destination && id > after && out.size() < most) out.push_back({id, entry.liid, entry.octets, entry.event});
    }
    return out;
  }
  Result<void> confirm(std::string_view destination, const std::vector<std::int64_t>& confirmed) override {
    const std::scoped_lock hold(mutex_);
    std::erase_if(entries, [&](const Stored& stored) {
      return stored.entry.destination == destination && std::find(confirmed.begin(), confirmed.end(), stored.id) != confirmed.end();
    });
    return {};
  }
  Result<std::optional<delivery::Upload>> upload(std::string_view) override { return std::nullopt; }
  Result<void> begin_upload(std::string_view, const delivery::Upload&) override { return {}; }
  Result<std::uint64_t> next_file_number(std::string_view, ByteView) override { return file_number_++; }
  Result<std::vector<delivery::State>> kept(std::string_view kind) override {
    const std::scoped_lock hold(mutex_);
    std::vector<delivery::State> out;
    for (const auto& [key, value] : states) {
      if (std::get<0>(key) == kind) out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), value});
    }
    return out;
  }
  Result<delivery::Depth> depth(std::string_view) override { return delivery::Depth{entries.size(), std::nullopt}; }
  Result<std::vector<Bytes>> liids() override { return std::vector<Bytes>{}; }
  Result<std::uint64_t> erase(ByteView liid) override {
    const std::scoped_lock hold(mutex_);
    std::erase_if(states, [&](const auto& state) { return equal(std::get<1>(state.first), liid); });
    return std::erase_if(entries, [&](const Stored& stored) { return equal(stored.entry.liid, liid); });
  }
  Result<std::uint64_t> erasures() override { return 0U; }
  Result<void> tidy(TimePoint) override { return {}; }

 private:
  // Collects, and hands over at commit().
  class FakeBatch : public Batch {
   public:
    explicit FakeBatch(FakeSpool& spool) : spool_(spool) {}
    Result<std::uint32_t> next_number(const delivery::NumberContext& c) override {
      const NumberKey key{c.liid,
                          c.operator_identifier,
                          c.network_element_identifier,
                          c.communication_identity_number,
                          c.delivery_country_code,
                          static_cast<int>(c.kind),
                          c.destination};
      return next(numbers_, spool_.numbers, key, 0U);
    }
    Result<std::uint64_t> next_id(std::string_view counter) override {
      return next(ids_, spool_.ids, std::string(counter), std::uint64_t{1});
    }
    Result<void> append(const delivery::Entry& entry) override {
      appended_.push_back(entry);
      return {};
    }
    Result<delivery::Sighting> sight(ByteView context, std::uint32_t number, ByteView octets, TimePoint) override {
      const SightKey key{to_bytes(context), number};
      delivery::Sighting out;
      const auto& lasts = last_.contains(key.first) ? last_ : spool_.last;
      if (const auto found = lasts.find(key.first); found != lasts.end()) out.last = found->second;
      const auto* before = seen(key);
      if (before != nullptr) out.sight = equal(*before, octets) ? delivery::Sight::repeated : delivery::Sight::conflicting;
      if (out.sight != delivery::Sight::repeated) {
        sightings_[key] = to_bytes(octets);
        last_[key.first] = number;
      }
      return out;
    }
    Result<void> keep(const delivery::State& state) override {
      states_[{state.kind, state.liid, state.key}] = state.value;
      return {};
    }
    Result<void> forget(std::string_view kind, ByteView liid, ByteView key) override {
      states_[{std::string(kind), to_bytes(liid), to_bytes(key)}] = std::nullopt;
      return {};
    }
    Result<void> forget_numbers(ByteView liid, std::uint32_t cin) override {
      const auto is_of = [&](const auto& one) { return equal(std::get<0>(one.first), liid) && std::get<3>(one.first) == cin; };
      std::erase_if(numbers_, is_of);
      for (const auto& one : spool_.numbers) {
        if (is_of(one)) gone_.push_back(one.first);
      }
      return {};
    }
    Result<void> commit() override {
      if (spool_.full) return failure(ErrorKind::limit, "the disk is full");
      {
        const std::scoped_lock hold(spool_.mutex_);
        for (const auto& key : gone_) spool_.numbers.erase(key);
        put(numbers_, spool_.numbers);
        put(ids_, spool_.ids);
        put(sightings_, spool_.sightings);
        put(last_, spool_.last);
        for (auto& [key, value] : states_) {
          if (value) spool_.states[key] = std::move(*value);
          else spool_.states.erase(key);
        }
        for (auto& entry : appended_) spool_.entries.push_back({++spool_.last_entry_, std::move(entry)});
        ++spool_.commits;
      }
      if (!appended_.empty() && spool_.on_entries) spool_.on_entries();
      return {};
    }

   private:
    template <typename Map, typename Key, typename Number>
    static Number next(Map& mine, const Map& theirs, const Key& key, Number first) {
      if (!mine.contains(key)) mine[key] = theirs.contains(key) ? theirs.at(key) : first;
      return mine[key]++;
    }
    template <typename Map>
    static void put(Map& mine, Map& theirs) {
      for (auto& [key, value] : mine) theirs[key] = std::move(value);
    }
    const Bytes* seen(const SightKey& key) const {
      if (const auto found = sightings_.find(key); found != sightings_.end()) return &found->second;
      const auto found = spool_.sightings.find(key);
      return found == spool_.sightings.end() ? nullptr : &found->second;
    }

    FakeSpool& spool_;
    std::map<NumberKey, std::uint32_t> numbers_;
    std::vector<NumberKey> gone_;
    std::map<std::string, std::uint64_t, std::less<>> ids_;
    std::map<SightKey, Bytes> sightings_;
    std::map<Bytes, std::uint32_t> last_;
    std::map<StateKey, std::optional<RecordBytes>> states_;
    std::vector<delivery::Entry> appended_;
  };

  std::mutex mutex_;
  std::int64_t last_entry_ = 0;
  std::uint64_t file_number_ = 0;
};

}  // namespace li::df2::test
