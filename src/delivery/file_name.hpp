// delivery/file_name.hpp: the names of files with IRI records, as both ends know them.
//
// Source:  ETSI TS 101 671 C.2 (method A, one LIID a file; method B, several), as 3GPP TS 33.108 A.2 has it.
// Units:   the time in a name of method B is UTC: the standards name no zone.
// Errors:  check() says what is wrong with a setting; parse gives nothing for a name of neither method.
// Owns:    plain values.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace li::delivery {

enum class FileMethod { a, b };

struct FileNaming {
  FileMethod method = FileMethod::a;
  std::string operator_id;  ///< method B: two letters
  std::string node_id;      ///< method B: two letters
  char type = '1';          ///< 1 IRI, 2 4 6 CC, 7 both, 8 national use
};
[[nodiscard]] Result<void> check(const FileNaming& naming);

/// `<LIID>_<number>.<type>`. A LIID with other characters than the standard allows is written as hexadecimal digits.
[[nodiscard]] std::string file_name_a(ByteView liid, std::uint64_t number, char type);
/// `ABXYyymmddhhmmsseeeet`: eeee is the number in digits and letters, its last four.
[[nodiscard]] std::string file_name_b(const FileNaming& naming, TimePoint now, std::uint64_t number);

/// What a file is called until all of it is there.
[[nodiscard]] std::string temporary_file_name(const std::string& name);

struct ParsedFileName {
  FileMethod method = FileMethod::a;
  std::string liid;          ///< method A: as it stands there
  std::uint64_t number = 0;  ///< method A
  char type = '1';
};
/// A temporary name is of neither method.
[[nodiscard]] std::optional<ParsedFileName> parse_file_name(std::string_view name);

}  // namespace li::delivery
