#include "tests/delivery/ftp_server.hpp"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace li::delivery::test {

namespace {

constexpr uid_t kUser = 4711;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  ::close(socket);
  return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const auto done = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(socket);
  return done;
}

}  // namespace

FtpServer::FtpServer(const li::test::Authority& authority, const li::test::Identity& identity)
    : authority_(authority), identity_(identity), port_(free_port()) {
  using std::filesystem::perms;
  for (const auto* folder : {"drop", "drop/mf1", "drop/mf2", "empty", "pam.d"}) std::filesystem::create_directory(scratch_.path(folder));
  std::filesystem::permissions(scratch_.path(""), perms::owner_all | perms::others_exec | perms::group_exec);
  for (const auto* user : {kFtpUser, kOtherFtpUser}) {
    if (::getuid() == 0 && ::chown(drop("", user).c_str(), kUser, kUser) != 0) throw std::runtime_error("can't give away the drop folder");
  }
  std::filesystem::copy(std::string(HI2KIT_SOURCE_DIR) + "/samples/lemf/vsftpd.pam", scratch_.path("pam.d/hi2-drop"));
  write_users();
  // The namespace is left alone when a step fails: then vsftpd must not run with the system's users.
  write("run.sh", "set -e; cd " + scratch_.path("") + "\nmount --bind pam.d /etc/pam.d\nmount --bind passwd /etc/passwd\n" +
                      "mount --bind shadow /etc/shadow\nexec vsftpd vsftpd.conf\n");
}

void FtpServer::write(const std::string& name, const std::string& text) const { std::ofstream(scratch_.path(name)) << text; }

void FtpServer::write_users() const {
  const auto id = std::to_string(kUser);
  const auto hash = li::test::output_of(std::string("openssl passwd -6 '") + kFtpPassword + "'");
  auto known = read_file("/etc/passwd");
  std::string passwords, users;
  for (const auto* user : {kFtpUser, kOtherFtpUser}) {
    const auto name = std::string(user);
    known += name + ":x:" + id + ":" + id + "::" + scratch_.path("drop/" + name) + ":/usr/sbin/nologin\n";
    passwords += name + ":" + hash.substr(0, hash.find('\n')) + ":19000:0:99999:7:::\n";
    users += name + "\n";
  }
  write("passwd", known);
  write("shadow", passwords);
  std::filesystem::permissions(scratch_.path("shadow"), std::filesystem::perms::owner_read);
  write("users", users);
}

void FtpServer::start(const std::string& more) {
  const auto samples = std::string(HI2KIT_SOURCE_DIR) + "/samples/lemf/";
  write("vsftpd.conf", read_file(samples + "vsftpd.conf") + "listen_address=127.0.0.1\nlisten_port=" + std::to_string(port_) +
                           "\nlocal_root=" + scratch_.path("drop/$USER") + "\nuserlist_file=" + scratch_.path("users") +
                           "\nsecure_chroot_dir=" + scratch_.path("empty") + "\nvsftpd_log_file=" + scratch_.path("log") +
                           "\npasv_min_port=0\npasv_max_port=0\nlog_ftp_protocol=YES\nrsa_cert_file=" + identity_.certificate_file +
                           "\nrsa_private_key_file=" + identity_.key_file + "\nca_certs_file=" + authority_.ca_file() + "\n" + more);
  const auto script = scratch_.path("run.sh");
  const auto tls = "OPENSSL_CONF=" + samples + "vsftpd.openssl.cnf";
  child_ = ::fork();
  if (child_ == 0) {
    ::execlp("env", "env", tls.c_str(), "unshare", ::getuid() == 0 ? "-m" : "-rm", "sh", script.c_str(), nullptr);
    ::_exit(127);
  }
  for (int tries = 0; tries < 5'000; ++tries) {
    int status = 0;
    if (::waitpid(child_, &status, WNOHANG) != 0) {
      child_ = -1;
      throw std::runtime_error("vsftpd does not start: it must be installed, and this must run as root or with user namespaces");
    }
    if (listens(port_)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error("vsftpd does not listen");
}

void FtpServer::stop() {
  if (child_ < 0) return;
  ::kill(child_, SIGTERM);
  ::waitpid(child_, nullptr, 0);
  child_ = -1;
}

std::vector<std::string> FtpServer::files() const {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(drop(""))) names.push_back(file.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace li::delivery::test
