#include "ops/daemon_sections.hpp"

#include "crypto/hash.hpp"
#include "crypto/key.hpp"

namespace li::ops {

net::TlsSettings read_tls(const ConfigSection& section, net::TlsPeers peers, bool needed) {
  net::TlsSettings tls;
  tls.peers = peers;
  tls.certificate_file = section.path("certificate", "", "PEM: ours, then the CAs between").string();
  tls.key_file = section.path("key", "", "PEM: its key, private to us").string();
  if (peers == net::TlsPeers::mutual) {
    tls.ca_file = section.path("ca", "", "PEM: whom we trust here").string();
    tls.crl_file = section.path("crl", "", "PEM: revoked certificates; empty: revocation is not looked at").string();
  }
  if (!needed) return tls;
  if (tls.certificate_file.empty()) section.problem("certificate", "is missing");
  if (tls.key_file.empty()) section.problem("key", "is missing");
  if (peers == net::TlsPeers::mutual && tls.ca_file.empty()) section.problem("ca", "is missing");
  return tls;
}

LogLevel read_log_level(const ConfigSection& root) {
  const auto log = root.table("log", "to standard error or the journal");
  return *log_level_by_name(
      log.one_of("level", "info", {"debug", "info", "warning", "error", "critical"}, "from which on lines are written"));
}

void read_audit_trails(const ConfigSection& section, const std::string& name, std::string_view trail, std::string_view admin_trail,
                       DaemonSettings& settings) {
  auto &audit = settings.audit, &admin_audit = settings.admin_audit;
  audit.path = section.path("trail", name + ".audit", trail).string();
  audit.key_file = section.path("key", "audit.key", "Ed25519, PEM: signs the trails").string();
  audit.anchor = section.path("anchor", name + ".anchor", "what the trail has come to; better on another machine's disk").string();
  admin_audit.path = section.path("admin_trail", "admin.audit", admin_trail).string();
  admin_audit.key_file = audit.key_file;
  admin_audit.anchor = section.path("admin_anchor", "admin.anchor", "what that trail has come to").string();
}

tl::expected<LoadedConfig, std::vector<std::string>> load_config(const std::string& path, std::string_view program) {
  const auto text = read_private(path);
  if (!text) {
    auto what = text.error().message();
    if (text.error().kind == ErrorKind::missing)
      what += "; --config names another, " + std::string(program) + " describe prints one to begin with";
    return tl::unexpected(std::vector{what});
  }
  auto config = Config::parse(as_text(text->reveal()), path);
  if (!config) return tl::unexpected(std::vector{config.error().message()});
  return LoadedConfig{std::move(*config), to_hex(crypto::digest(crypto::Hash::sha256, text->reveal()))};
}

// The trails may be missing: they are made. The key may not.
std::vector<std::string> check_audit(const DaemonSettings& settings) {
  std::vector<std::string> problems;
  const auto& key_file = settings.audit.key_file;
  const auto pem = read_private(key_file);
  if (!pem) problems.push_back(pem.error().message());
  if (pem) {
    const auto key = crypto::PrivateKey::from_pem(pem->reveal());
    if (!key || !key->sign(ByteView())) problems.push_back(key_file + ": is no Ed25519 key");
  }
  for (const auto* options : {&settings.audit, &settings.admin_audit}) {
    for (const auto& file : {options->path, options->anchor}) {
      const auto checked = check_private(file);
      if (!checked && checked.error().kind != ErrorKind::missing) problems.push_back(checked.error().message());
    }
    const auto folder = std::filesystem::path(options->anchor).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
      problems.push_back(folder.string() + ": there is no such folder for an anchor");
  }
  return problems;
}

net::HttpHandler status_pages(std::function<std::string()> render, std::function<std::vector<std::string>()> health) {
  return [render = std::move(render), health = std::move(health)](const net::HttpRequest& request) -> net::HttpResponse {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (request.method != "GET") return {405, {}, {}, {{"Allow", "GET"}}};
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", to_record_bytes(as_bytes(render())), {}};
    if (path != "/health") return {404, {}, {}, {}};
    std::string text;
    for (const auto& wrong : health()) text += wrong + "\n";
    const unsigned status = text.empty() ? 200 : 503;
    return {status, "text/plain; charset=utf-8", to_record_bytes(as_bytes(text.empty() ? "fine\n" : text)), {}};
  };
}

}  // namespace li::ops
