#include <curl/curl.h>
#include <malloc.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "delivery/ftps_impl.hpp"

namespace li::delivery {

namespace {

// Records and the password pass through libcurl's buffers.
void wiping_free(void* memory) {
  if (memory != nullptr) wipe(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

void* wiping_realloc(void* memory, std::size_t octets) {
  if (memory == nullptr) return std::malloc(octets);
  auto* moved = std::malloc(octets);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(octets, ::malloc_usable_size(memory)));
  wiping_free(memory);
  return moved;
}

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    const auto copy = [](const char* text) { return ::strdup(text); };
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wiping_free, wiping_realloc, copy, std::calloc) != CURLE_OK)
      throw std::runtime_error("libcurl does not start");
  });
}

/// vsftpd's answer to a data connection that does not resume the session of the commands.
constexpr long kNoReuse = 522;

ErrorKind kind_of(CURLcode code, const std::string& why) {
  // In TLS 1.3 a server refuses a certificate after the client's handshake is over.
  if (code == CURLE_RECV_ERROR && why.find(" alert ") != std::string::npos) return ErrorKind::unexpected;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
    case CURLE_LOGIN_DENIED: return ErrorKind::unexpected;
    default: return ErrorKind::missing;
  }
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(std::initializer_list<std::string> texts) {
  List list;
  for (const auto& text : texts) {
    auto* longer = curl_slist_append(list.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

/// A setting that libcurl refuses must not be left out: it may be the one that encrypts.
template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const auto code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

std::size_t give(char* room, std::size_t size, std::size_t count, void* from) {
  auto& rest = *static_cast<ByteView*>(from);
  const auto length = std::min(size * count, rest.size());
  std::memcpy(room, rest.data(), length);
  rest = rest.subspan(length);
  return length;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

int ask(void* give_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return (*static_cast<std::function<bool()>*>(give_up))() ? 1 : 0; }

}  // namespace

struct FtpsClient::Session {
  const FtpsTarget& target;
  std::function<bool()> give_up;
  std::unique_ptr<CURL, FreeEasy> easy;
  std::array<char, CURL_ERROR_SIZE> why{};
  List route;

  /// Everything that holds for every request.
  void prepare(const std::string& name);
  void secure() const;
  [[nodiscard]] CURLcode upload(const std::string& name, ByteView octets);
  [[nodiscard]] long answer() const {
    long number = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &number);
    return number;
  }
  [[nodiscard]] CURLcode perform() { return curl_easy_perform(easy.get()); }
  [[nodiscard]] Error error(CURLcode code) const;
};

void FtpsClient::Session::prepare(const std::string& name) {
  if (!easy) easy.reset(curl_easy_init());
  if (!easy) throw std::bad_alloc();
  curl_easy_reset(easy.get());  // the connection stays
  why.front() = '\0';
  const auto& server = target.server_name.empty() ? target.host : target.server_name;
  const auto port = std::to_string(target.port);
  // The URL has the name that the certificate must have; where to connect is said apart.
  route = list_of({"::" + (target.host.find(':') == std::string::npos ? target.host : "[" + target.host + "]") + ":" + port});
  set(easy.get(), CURLOPT_CONNECT_TO, route.get());
  const auto folder = target.directory.empty() ? std::string() : target.directory + "/";
  const auto path = folder.starts_with('/') ? "%2F" + folder.substr(1) : folder;  // from the root, not from the login's folder
  set(easy.get(), CURLOPT_URL, ("ftp://" + server + ":" + port + "/" + path + name).c_str());
  set(easy.get(), CURLOPT_PROTOCOLS_STR, "ftp");
  set(easy.get(), CURLOPT_PROXY, "");
  set(easy.get(), CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_SINGLECWD));
  set(easy.get(), CURLOPT_USERNAME, target.user.c_str());
  set(easy.get(), CURLOPT_PASSWORD, std::string(as_text(target.password.reveal())).c_str());
  set(easy.get(), CURLOPT_NOSIGNAL, 1L);
  set(easy.get(), CURLOPT_ERRORBUFFER, why.data());
  set(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(target.connecting.count()));
  const auto seconds = static_cast<long>(std::chrono::ceil<std::chrono::seconds>(target.answer).count());
  set(easy.get(), CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds);
  set(easy.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy.get(), CURLOPT_LOW_SPEED_TIME, seconds);
  set(easy.get(), CURLOPT_NOPROGRESS, 0L);
  set(easy.get(), CURLOPT_XFERINFOFUNCTION, ask);
  set(easy.get(), CURLOPT_XFERINFODATA, &give_up);
  set(easy.get(), CURLOPT_WRITEFUNCTION, drop);
  set(easy.get(), CURLOPT_HEADERFUNCTION, drop);
  secure();
}

void FtpsClient::Session::secure() const {
  set(easy.get(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  set(easy.get(), CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
  set(easy.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
  set(easy.get(), CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy.get(), CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy.get(), CURLOPT_SSLCERT, target.tls.certificate_file.c_str());
  set(easy.get(), CURLOPT_SSLKEY, target.tls.key_file.c_str());
  set(easy.get(), CURLOPT_CAINFO, target.tls.ca_file.c_str());
  // Else libcurl trusts the system's CAs beside ours.
  set(easy.get(), CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(easy.get(), CURLOPT_CA_CACHE_TIMEOUT, 0L);
  if (!target.tls.crl_file.empty()) set(easy.get(), CURLOPT_CRLFILE, target.tls.crl_file.c_str());
}

Error FtpsClient::Session::error(CURLcode code) const {
  const std::string text = why.front() == '\0' ? curl_easy_strerror(code) : why.data();
  return {kind_of(code, text), "FTPS: " + text, std::nullopt, {}, {}};
}

FtpsClient::FtpsClient(const FtpsTarget& target, std::function<bool()> give_up)
    : session_(std::make_unique<Session>(Session{target, std::move(give_up), {}, {}, {}})) {
  start_curl();
}
FtpsClient::~FtpsClient() = default;

Result<std::optional<std::uint64_t>> FtpsClient::size_of(const std::string& name) {
  session_->prepare(name);
  auto* easy = session_->easy.get();
  set(easy, CURLOPT_NOBODY, 1L);
  const auto code = session_->perform();
  if (code == CURLE_REMOTE_FILE_NOT_FOUND) return std::nullopt;
  if (code != CURLE_OK) return failure(session_->error(code));
  curl_off_t size = -1;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  if (size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

CURLcode FtpsClient::Session::upload(const std::string& name, ByteView octets) {
  const auto temporary = temporary_file_name(name);
  prepare(temporary);
  set(easy.get(), CURLOPT_UPLOAD, 1L);
  set(easy.get(), CURLOPT_READFUNCTION, give);
  set(easy.get(), CURLOPT_READDATA, &octets);
  set(easy.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(octets.size()));
  const auto rename = list_of({"RNFR " + temporary, "RNTO " + name});
  set(easy.get(), CURLOPT_POSTQUOTE, rename.get());
  return perform();
}

Result<void> FtpsClient::upload(const std::string& name, ByteView octets) {
  auto code = session_->upload(name, octets);
  if (code != CURLE_OK && session_->answer() == kNoReuse) {
    // The server wants data over a resumed session, and the data connection before this one used the session up.
    forget_connection();
    code = session_->upload(name, octets);
  }
  if (code != CURLE_OK) return failure(session_->error(code));
  return {};
}

void FtpsClient::forget_connection() { session_->easy.reset(); }

}  // namespace li::delivery
