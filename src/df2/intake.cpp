#include "df2/intake.hpp"

#include "df2/x2_connection_impl.hpp"

namespace li::df2 {

Result<std::unique_ptr<Intake>> Intake::start(IntakeSettings settings, Engine& engine, IntakeEvents events) {
  auto intake = std::unique_ptr<Intake>(new Intake(std::move(settings), engine, std::move(events)));
  auto listener = intake->settings_.listener;
  listener.handler = [made = intake.get()](net::TlsStream& stream) { made->serve(stream); };
  auto server = net::StreamServer::start(std::move(listener), {intake->events_.on_refused, intake->events_.on_bug});
  if (!server) return failure(server.error());
  intake->server_ = std::move(*server);
  return intake;
}

Intake::~Intake() { stop(); }

void Intake::stop() {
  if (server_) server_->stop(settings_.grace);
}

void Intake::serve(net::TlsStream& stream) {
  X2Connection connection(stream, engine_, settings_, events_);
  connection.serve();
}

}  // namespace li::df2
