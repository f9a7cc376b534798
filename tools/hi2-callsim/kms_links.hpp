// hi2-callsim/kms_links.hpp: UEs' way to their KMSs: MIKEY over HTTPS.
//
// Source:  RFC 6043 clause 7, RFC 3830 10.1 (application/mikey).
// Units:   none.
// Errors:  open() names the file that is wrong; post() says what came instead of a MIKEY message.
// Owns:    its connections.
#pragma once

#include <map>
#include <memory>

#include "hi2-callsim/phone.hpp"
#include "net/client.hpp"

namespace li::callsim {

class KmsLinks : public Kmss {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KmsLinks>> open(const Settings& settings);
  /// From any thread.
  [[nodiscard]] Result<Bytes> post(const std::string& kms, ByteView message, Kind kind) override;

 private:
  struct Link {
    std::unique_ptr<net::HttpClient> http;
    const KmsSettings* settings;
  };
  std::map<std::string, Link> links_;
};

}  // namespace li::callsim
