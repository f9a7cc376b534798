#include "tests/df2/site.hpp"

#include <fstream>

#include "net/client.hpp"

namespace li::df2::test {

namespace {

const TimePoint kStart = *parse_internet_time("2026-11-20T12:00:00Z");

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

std::string invite(const std::string& call_id) {
  return "INVITE sip:bob@ims.example SIP/2.0\r\nVia: SIP/2.0/TCP cscf.example;branch=z9hG4bK" + call_id +
         "\r\nFrom: <sip:alice@ims.example>;tag=a1\r\nTo: <sip:bob@ims.example>\r\nCall-ID: " + call_id +
         "\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace

li::test::Authority& authority() {
  static li::test::Authority made;
  return made;
}

std::shared_ptr<net::TlsContext> tls_of(const net::TlsSettings& settings) { return must(net::TlsContext::load(settings)); }

const net::TlsSettings& cscf_tls() {
  static const auto settings = authority().settings(authority().issue("DNS:pcscf1.ims.example"));
  return settings;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Lemf::Lemf(std::uint16_t port) {
  static const auto identity = authority().issue("DNS:lemf.example");
  net::StreamListener listener;
  listener.port = port;
  listener.tls = tls_of(authority().settings(identity));
  listener.handler = [this](net::TlsStream& stream) { serve(stream); };
  server_ = must(net::StreamServer::start(std::move(listener)));
}

void Lemf::serve(net::TlsStream& stream) {
  delivery::ReceiverLink link(delivery::ReceiverLink::Options{});
  RecordBytes room;
  room.resize(65536);
  while (!stream.stopping()) {
    const auto got = stream.receive(room, kWait);
    if (!got || got->what == net::Received::What::end) return;
    if (got->what != net::Received::What::octets) continue;
    const auto steps = link.feed(ByteView(room).first(got->count), kStart);
    if (!steps) return;
    for (const auto& step : *steps) {
      if (step.answer && !stream.send(*step.answer, kWait)) return;
      const std::scoped_lock hold(mutex_);
      if (step.store) ++pdus_;
      changed_.notify_all();
    }
  }
}

bool Lemf::wait_for(std::size_t count) {
  std::unique_lock hold(mutex_);
  return changed_.wait_for(hold, kWait, [&] { return pdus_ >= count; });
}

std::size_t Lemf::count() {
  const std::scoped_lock hold(mutex_);
  return pdus_;
}

Sender::Sender(std::uint16_t port, const net::TlsSettings& tls) {
  auto stream = net::TlsStream::connect({"127.0.0.1", port, tls_of(tls), "df2.example"}, kWait);
  if (stream) stream_ = std::move(*stream);
}

void Sender::octets(ByteView octets) { static_cast<void>(stream_->send(octets, kWait)); }

void Sender::event(const std::string& call_id, const std::string& xid) {
  x2::Pdu pdu;
  pdu.xid = *x2::to_xid(xid);
  pdu.correlation_id = 7;
  pdu.direction = x2::Direction::from_target;
  pdu.attributes.push_back(x2::sequence_number(number_++));
  pdu.payload = to_record_bytes(as_bytes(invite(call_id)));
  octets(must(x2::encode(pdu)));
}

void Sender::keepalive(std::uint32_t number) { octets(must(x2::encode(x2::keepalive(number)))); }

std::optional<std::uint32_t> Sender::acknowledged() {
  RecordBytes room;
  room.resize(4096);
  for (;;) {
    const auto pdu = pdus_.next();
    if (!pdu) return {};
    if (*pdu) return (*pdu)->type == x2::PduType::keepalive_acknowledgement ? (*pdu)->sequence_number() : std::nullopt;
    const auto got = stream_->receive(room, kWait);
    if (!got || got->what != net::Received::What::octets) return {};
    pdus_.feed(ByteView(room).first(got->count));
  }
}

bool Sender::ended() {
  RecordBytes room;
  room.resize(4096);
  const auto got = stream_->receive(room, kWait);
  return !got || got->what == net::Received::What::end;
}

Site::Site() : server_(authority().issue("DNS:df2.example")) {
  write_all();
  const auto made = initialise(config(), kStart);
  if (!made) throw std::runtime_error(made.error().message());
}

std::string Site::write(const std::string& name, std::string_view text) const {
  const auto file = path(name);
  std::ofstream(file, std::ios::binary) << text;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}

void Site::write_all() {
  const auto tls =
      "certificate = \"" + server_.certificate_file + "\"\nkey = \"" + server_.key_file + "\"\nca = \"" + authority().ca_file() + "\"\n";
  std::string text = "[x2]\nlisten = \"127.0.0.1:0\"\nclients = [\"pcscf1.ims.example\"]\n" + tls + x2_more;
  if (!crl.empty()) text += "crl = \"" + crl + "\"\n";
  text += "[spool]\nmaster_key = \"file:master.key\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"debug\"\n";
  text += "[[delivery]]\nname = \"lemf1\"\naddress = \"127.0.0.1:" + std::to_string(lemf.port()) +
          "\"\nserver_name = \"lemf.example\"\noperator = \"31015\"\nretry = \"50ms\"\n" + tls;
  write("hi2-df2.toml", text);
  write("warrants.toml", "[[warrant]]\nliid = \"NL-0042\"\nxids = [\"" + std::string(kXid) +
                             "\"]\ntargets = [\"sip:alice@ims.example\"]\nvalid_from = \"2026-11-01T00:00:00Z\"\nvalid_until = "
                             "\"2026-11-21T12:00:00Z\"\ndeliver_to = [\"lemf1\"]\noperator = \"31015\"\ncountry = \"NL\"\n" +
                             warrants_more);
}

Daemon::Surroundings Site::around() {
  Daemon::Surroundings around;
  around.clock = [this] { return kStart + std::chrono::seconds(seconds.load()); };
  around.log.out = &log_;
  around.grace = grace;
  return around;
}

void Site::start() {
  auto started = Daemon::start(config(), around());
  if (!started) throw std::runtime_error(started.error().front());
  daemon = std::move(*started);
}

std::string Site::start_fails() {
  const auto started = Daemon::start(config(), around());
  if (started) return "it started";
  std::string all;
  for (const auto& line : started.error()) all += line + "\n";
  return all;
}

std::string Site::page(const std::string& path) {
  net::HttpClient client({"127.0.0.1", daemon->metrics_port(), nullptr, {}});
  const auto answer = client.get(path, kWait);
  if (!answer) return answer.error().message();
  return std::to_string(answer->status) + " " + std::string(as_text(answer->body));
}

Sender Site::sender() { return {daemon->x2_port(), cscf_tls()}; }

}  // namespace li::df2::test
