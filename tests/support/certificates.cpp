#include "support/certificates.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is not of the C++ header

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <stdexcept>

namespace li::test {
namespace {

constexpr auto kConfiguration = R"(
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
serial = serial
default_md = sha256
default_days = 1
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
)";

std::string days_from_now(int days) {
  const auto time = std::time(nullptr) + days * 86'400;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &parts);
  return text.data();
}

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

std::string output_of(const std::string& command) {
  const auto close = [](FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<FILE, decltype(close)> pipe(::popen(("exec 2>&1; " + command).c_str(), "r"), close);
  if (!pipe) throw std::runtime_error("can't run " + command);
  std::string text;
  std::array<char, 4096> piece{};
  while (const auto got = std::fread(piece.data(), 1, piece.size(), pipe.get())) text.append(piece.data(), got);
  return text;
}

TemporaryFolder::TemporaryFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "hi2kit-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("can't make a folder like " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Authority::Authority(const std::string& common_name) : ca_file_(file("ca.pem")) {
  write(file("openssl.cnf"), kConfiguration);
  write(file("index.txt"), "");
  write(file("serial"), "1000\n");
  openssl(
      "req -x509 -config openssl.cnf -extensions root -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days "
      "2 -subj '/CN=" +
      common_name + "'");
}

void Authority::openssl(const std::string& arguments) const {
  const auto output = output_of("cd '" + folder_.path().string() + "' && openssl " + arguments + " || echo FAILED");
  if (output.ends_with("FAILED\n")) throw std::runtime_error("openssl " + arguments + "\n" + output);
}

Identity Authority::issue(const Wanted& wanted) {
  const auto name = "id" + std::to_string(++issued_);
  const auto start = wanted.start.empty() ? days_from_now(-1) : wanted.start;
  const auto end = wanted.end.empty() ? days_from_now(1) : wanted.end;
  write(file(name + ".ext"),
        "extendedKeyUsage = " + wanted.purpose + (wanted.names.empty() ? "\n" : "\nsubjectAltName = " + wanted.names + "\n"));
  openssl("req -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " + name +
          ".csr -subj /CN=" + name);
  openssl("ca -config openssl.cnf -batch -notext -in " + name + ".csr -out " + name + ".pem -extfile " + name + ".ext -startdate " + start +
          " -enddate " + end);
  return {file(name + ".pem"), file(name + ".key")};
}

void Authority::revoke(const Identity& identity) { openssl("ca -config openssl.cnf -revoke " + identity.certificate_file); }

std::string Authority::crl(const std::string& end) {
  const auto name = "crl" + std::to_string(++issued_) + ".pem";
  openssl("ca -config openssl.cnf -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate " + (end.empty() ? days_from_now(1) : end) +
          " -out " + name);
  return file(name);
}

}  // namespace li::test
