#include "support/losing_vfs.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <stdexcept>

namespace li::test {
namespace {

constexpr std::int64_t kSector = 512;
using Sector = std::array<std::uint8_t, kSector>;

/// What was written to a file since its last sync.
struct Shadow {
  std::map<std::int64_t, Sector> dirty;  ///< by number of the sector
  std::int64_t size = 0;
  std::int64_t kept = 0;  ///< of the real file, so much is still valid: a shorter size was set since
  int handles = 0;
};

}  // namespace

struct LosingDisk::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* base = nullptr;
  std::string full_while;
  mutable std::mutex lock;
  std::map<std::string, std::shared_ptr<Shadow>> files;
  std::optional<std::int64_t> room;
  std::optional<std::uint64_t> operations_left;
  std::uint32_t seed = 0;
  int epoch = 0;
  bool lost = false;

  void lose();
  /// Whether power is still there after one more operation.
  bool operate();
  bool grow(std::int64_t octets);
};

namespace {

using State = LosingDisk::State;

/// SQLite's handle of a file, with that of its own disk behind it.
struct File {
  sqlite3_file sqlite;
  State* disk;
  Shadow* shadow;  ///< nullptr: a temporary file, which is passed through
  std::shared_ptr<Shadow>* owned;
  int epoch;

  [[nodiscard]] sqlite3_file* base() { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(this) + size()); }
  [[nodiscard]] static constexpr std::size_t size() { return (sizeof(File) + 15) / 16 * 16; }
  [[nodiscard]] bool dead() const { return disk->lost || epoch != disk->epoch; }
};

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int read_sector(File& file, std::int64_t number, Sector& sector) {
  if (const auto dirty = file.shadow->dirty.find(number); dirty != file.shadow->dirty.end()) {
    sector = dirty->second;
    return SQLITE_OK;
  }
  sector.fill(0);
  const auto length = std::min(kSector, file.shadow->kept - number * kSector);
  if (length <= 0) return SQLITE_OK;
  const auto status = file.base()->pMethods->xRead(file.base(), sector.data(), static_cast<int>(length), number * kSector);
  return status == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : status;
}

int read(sqlite3_file* handle, void* to, int count, sqlite3_int64 at) {
  auto& file = file_of(handle);
  if (file.shadow == nullptr) return file.base()->pMethods->xRead(file.base(), to, count, at);
  const std::scoped_lock hold(file.disk->lock);
  if (file.dead()) return SQLITE_IOERR_READ;
  auto* out = static_cast<std::uint8_t*>(to);
  std::memset(out, 0, static_cast<std::size_t>(count));
  const auto end = std::min<std::int64_t>(at + count, file.shadow->size);
  for (auto position = static_cast<std::int64_t>(at); position < end;) {
    Sector sector;
    if (const auto status = read_sector(file, position / kSector, sector); status != SQLITE_OK) return status;
    const auto length = std::min(kSector - position % kSector, end - position);
    std::memcpy(out + (position - at), sector.data() + position % kSector, static_cast<std::size_t>(length));
    position += length;
  }
  return end < at + count ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 at) {
  auto& file = file_of(handle);
  if (file.shadow == nullptr) return file.base()->pMethods->xWrite(file.base(), from, count, at);
  const std::scoped_lock hold(file.disk->lock);
  if (file.dead()) return SQLITE_IOERR_WRITE;
  if (!file.disk->grow(at + count - file.shadow->size)) return SQLITE_FULL;
  const auto* octets = static_cast<const std::uint8_t*>(from);
  for (auto position = static_cast<std::int64_t>(at); position < at + count;) {
    Sector sector;
    if (const auto status = read_sector(file, position / kSector, sector); status != SQLITE_OK) return status;
    const auto length = std::min<std::int64_t>(kSector - position % kSector, at + count - position);
    std::memcpy(sector.data() + position % kSector, octets + (position - at), static_cast<std::size_t>(length));
    file.shadow->dirty[position / kSector] = sector;
    position += length;
  }
  file.shadow->size = std::max<std::int64_t>(file.shadow->size, at + count);
  return file.disk->operate() ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
  auto& file = file_of(handle);
  if (file.shadow == nullptr) return file.base()->pMethods->xTruncate(file.base(), size);
  const std::scoped_lock hold(file.disk->lock);
  if (file.dead()) return SQLITE_IOERR_TRUNCATE;
  auto& shadow = *file.shadow;
  shadow.dirty.erase(shadow.dirty.lower_bound((size + kSector - 1) / kSector), shadow.dirty.end());
  shadow.kept = std::min<std::int64_t>(shadow.kept, size);
  shadow.size = size;
  return SQLITE_OK;
}

/// What is in memory goes to the real file.
int write_out(File& file) {
  auto& shadow = *file.shadow;
  auto* base = file.base();
  if (const auto status = base->pMethods->xTruncate(base, shadow.kept); status != SQLITE_OK) return status;
  for (const auto& [number, sector] : shadow.dirty) {
    const auto length = std::min(kSector, shadow.size - number * kSector);
    if (length <= 0) continue;
    if (const auto status = base->pMethods->xWrite(base, sector.data(), static_cast<int>(length), number * kSector); status != SQLITE_OK)
      return status;
  }
  shadow.dirty.clear();
  shadow.kept = shadow.size;
  return SQLITE_OK;
}

int sync(sqlite3_file* handle, int flags) {
  auto& file = file_of(handle);
  if (file.shadow == nullptr) return file.base()->pMethods->xSync(file.base(), flags);
  const std::scoped_lock hold(file.disk->lock);
  if (file.dead() || !file.disk->operate()) return SQLITE_IOERR_FSYNC;
  return write_out(file);  // the machine that runs the tests keeps its power: no need to wait for its disk
}

int size_of(sqlite3_file* handle, sqlite3_int64* size) {
  auto& file = file_of(handle);
  if (file.shadow == nullptr) return file.base()->pMethods->xFileSize(file.base(), size);
  const std::scoped_lock hold(file.disk->lock);
  if (file.dead()) return SQLITE_IOERR_FSTAT;
  *size = file.shadow->size;
  return SQLITE_OK;
}

int close(sqlite3_file* handle) {
  auto& file = file_of(handle);
  if (file.shadow != nullptr) {
    const std::scoped_lock hold(file.disk->lock);
    if (--file.shadow->handles == 0 && !file.dead()) static_cast<void>(write_out(file));
    delete file.owned;
  }
  return file.base()->pMethods->xClose(file.base());
}

int control(sqlite3_file* handle, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;  // they would touch the real file
  return file_of(handle).base()->pMethods->xFileControl(file_of(handle).base(), operation, argument);
}

/// A method that the real file answers.
template <auto method, typename... Arguments>
auto pass(sqlite3_file* handle, Arguments... arguments) {
  auto* base = file_of(handle).base();
  return (base->pMethods->*method)(base, arguments...);
}

using Methods = sqlite3_io_methods;
// Version 2: without memory mapping of the file itself.
constexpr Methods kMethods = {2,
                              close,
                              read,
                              write,
                              truncate,
                              sync,
                              size_of,
                              pass<&Methods::xLock>,
                              pass<&Methods::xUnlock>,
                              pass<&Methods::xCheckReservedLock>,
                              control,
                              pass<&Methods::xSectorSize>,
                              pass<&Methods::xDeviceCharacteristics>,
                              pass<&Methods::xShmMap>,
                              pass<&Methods::xShmLock>,
                              pass<&Methods::xShmBarrier>,
                              pass<&Methods::xShmUnmap>,
                              nullptr,
                              nullptr};

State& state_of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }

std::shared_ptr<Shadow> shadow_of(State& disk, const std::string& name, sqlite3_file* base) {
  auto& shadow = disk.files[name];
  if (!shadow) shadow = std::make_shared<Shadow>();
  if (shadow->handles++ == 0) {
    sqlite3_int64 size = 0;
    static_cast<void>(base->pMethods->xFileSize(base, &size));
    shadow->size = shadow->kept = size;
  }
  return shadow;
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* out_flags) {
  auto& disk = state_of(vfs);
  const std::scoped_lock hold(disk.lock);
  handle->pMethods = nullptr;
  if (disk.lost) return SQLITE_CANTOPEN;
  auto* file = new (handle) File{{nullptr}, &disk, nullptr, nullptr, disk.epoch};
  const auto status = disk.base->xOpen(disk.base, name, file->base(), flags, out_flags);
  if (status != SQLITE_OK) return status;
  file->sqlite.pMethods = &kMethods;
  if (name != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
    file->owned = new std::shared_ptr<Shadow>(shadow_of(disk, name, file->base()));
    file->shadow = file->owned->get();
  }
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  auto& disk = state_of(vfs);
  const std::scoped_lock hold(disk.lock);
  if (disk.lost) return SQLITE_IOERR_DELETE;
  disk.files.erase(name);
  return disk.base->xDelete(disk.base, name, sync_directory);
}

int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  auto& disk = state_of(vfs);
  const std::scoped_lock hold(disk.lock);
  const auto found = disk.files.find(name);
  if (flags == SQLITE_ACCESS_EXISTS && found != disk.files.end() && found->second->size > 0) {
    *result = 1;
    return SQLITE_OK;
  }
  return disk.base->xAccess(disk.base, name, flags, result);
}

}  // namespace

bool LosingDisk::State::grow(std::int64_t octets) {
  if (octets <= 0) return true;
  if (!full_while.empty() && ::access(full_while.c_str(), F_OK) == 0) return false;
  if (!room) return true;
  if (octets > *room) return false;
  *room -= octets;
  return true;
}

bool LosingDisk::State::operate() {
  if (!operations_left) return true;
  if (*operations_left > 0) --*operations_left;
  if (*operations_left > 0) return true;
  lose();
  return false;
}

void LosingDisk::State::lose() {
  lost = true;
  operations_left.reset();
  std::mt19937 draw(seed);
  const auto survives = draw() % 4;  // of four; often none
  for (auto& [name, shadow] : files) {
    if (shadow->handles == 0) continue;
    const std::unique_ptr<FILE, int (*)(FILE*)> real(std::fopen(name.c_str(), "r+b"), std::fclose);
    if (!real) continue;
    if (draw() % 2 == 0 && ::ftruncate(::fileno(real.get()), shadow->kept) != 0) throw std::runtime_error("can't shorten " + name);
    for (const auto& [number, sector] : shadow->dirty) {
      if (draw() % 4 >= survives) continue;
      std::fseek(real.get(), static_cast<long>(number * kSector), SEEK_SET);
      std::fwrite(sector.data(), 1, static_cast<std::size_t>(std::clamp<std::int64_t>(shadow->size - number * kSector, 0, kSector)),
                  real.get());
    }
  }
  files.clear();
}

LosingDisk::LosingDisk(std::string full_while) : state_(std::make_unique<State>()) {
  state_->full_while = std::move(full_while);
  state_->base = sqlite3_vfs_find(nullptr);
  if (state_->base == nullptr) throw std::runtime_error("SQLite has no disk");
  state_->vfs = *state_->base;
  state_->vfs.zName = "losing";
  state_->vfs.pNext = nullptr;
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile += static_cast<int>(File::size());
  state_->vfs.xOpen = open;
  state_->vfs.xDelete = remove;
  state_->vfs.xAccess = access;
  if (sqlite3_vfs_register(&state_->vfs, 1) != SQLITE_OK) throw std::runtime_error("SQLite does not take this disk");
}

LosingDisk::~LosingDisk() { sqlite3_vfs_unregister(&state_->vfs); }

void LosingDisk::lose_power(std::uint32_t seed) {
  const std::scoped_lock hold(state_->lock);
  state_->seed = seed;
  state_->lose();
}

void LosingDisk::lose_power_after(std::uint64_t operations, std::uint32_t seed) {
  const std::scoped_lock hold(state_->lock);
  state_->seed = seed;
  state_->operations_left = operations;
}

bool LosingDisk::lost() const {
  const std::scoped_lock hold(state_->lock);
  return state_->lost;
}

void LosingDisk::restore_power() {
  const std::scoped_lock hold(state_->lock);
  state_->lost = false;
  ++state_->epoch;
}

void LosingDisk::leave_room(std::optional<std::int64_t> octets) {
  const std::scoped_lock hold(state_->lock);
  state_->room = octets;
}

}  // namespace li::test
