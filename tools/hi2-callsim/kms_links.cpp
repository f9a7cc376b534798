#include "hi2-callsim/kms_links.hpp"

namespace li::callsim {

Result<std::unique_ptr<KmsLinks>> KmsLinks::open(const Settings& settings) {
  auto made = std::make_unique<KmsLinks>();
  for (const auto& kms : settings.kmss) {
    auto tls = net::TlsContext::load(kms.tls);
    if (!tls) return failure(tls.error());
    net::ClientSettings client;
    client.host = kms.address.host;
    client.port = kms.address.port;
    client.tls = std::move(*tls);
    client.server_name = kms.server_name;
    made->links_[kms.identity] = {std::make_unique<net::HttpClient>(std::move(client)), &kms};
  }
  return made;
}

Result<Bytes> KmsLinks::post(const std::string& kms, ByteView message, Kind kind) {
  const auto& link = links_.at(kms);
  const auto path = link.settings->path + (kind == Kind::request ? "?requesttype=ticketrequest" : "?requesttype=ticketresolve");
  auto answer = link.http->post(path, "application/mikey", message, link.settings->timeout, net::Idempotent::no);
  if (!answer) return failure(ErrorKind::missing, "KMS " + kms + ": " + answer.error().message());
  if (answer->status != 200) return failure(ErrorKind::unexpected, "KMS " + kms + " answers with status " + std::to_string(answer->status));
  return to_bytes(ByteView(answer->body));
}

}  // namespace li::callsim
