#include "tests/lemf/lab.hpp"

#include <stdexcept>

#include "hi2/builder.hpp"
#include "ps/write.hpp"

namespace li::lemf::test {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

bool on_disk(const std::string& store, std::string_view octets) {
  for (const auto* end : {"", "-wal", "-shm"}) {
    if (read_file(store + end).find(octets) != std::string::npos) return true;
  }
  return false;
}

RecordBytes key_record(std::string_view liid, std::uint8_t session, std::string_view operator_identifier) {
  std::vector<hi2::CCKeyInfo> keys;
  keys.push_back({Bytes{session}, SecretBytes(as_bytes(kSecret)), SecretBytes(as_bytes(kSalt))});
  auto record = hi2::IriBuilder::report(hi2::Module::eps)
                    .lawful_interception_identifier(liid)
                    .utc_time_stamp(kRecorded)
                    .observed_sip_uri("sip:alice@ims.example")
                    .network_identifier(operator_identifier)
                    .correlation_number(Bytes{1, 2, 3, 4, 5, 6, 7, 8})
                    .media_decryption_info(std::move(keys))
                    .encode();
  if (!record) throw std::logic_error(hi2::to_string(record.error()));
  return std::move(*record);
}

namespace {

ps::Header header_of(const Pdu& wanted, std::string_view time) {
  ps::Header header;
  header.lawful_interception_identifier = to_bytes(wanted.liid);
  header.authorization_country_code = "NL";
  header.operator_identifier = to_bytes(wanted.operator_identifier);
  header.communication_identity_number = wanted.cin;
  header.sequence_number = wanted.number;
  header.time_stamp = time;
  return header;
}

}  // namespace

RecordBytes iri_pdu(const Pdu& wanted) {
  const auto& inside = wanted.operator_inside.empty() ? wanted.operator_identifier : wanted.operator_inside;
  const auto record = key_record(wanted.liid, wanted.session, inside);
  return ps::encode_iri(header_of(wanted, "20261120120000.204Z"), {{ps::Form::eps, record, {}}}).value();
}

RecordBytes tri_pdu(const Pdu& wanted, ps::Tri tri, std::string_view time) { return ps::encode_tri(header_of(wanted, time), tri).value(); }

Arrival arrived(const RecordBytes& pdu) { return arrival_of(ps::decode(pdu).value(), "df2.li.example", kNow); }

Shelf::Shelf() {
  options.path = folder.path() / "lemf.sqlite";
  if (auto made = Store::create(options, master_key()); !made) throw std::runtime_error(made.error().message());
  open();
}

void Shelf::open() {
  store.reset();
  auto opened = Store::open(options, master_key());
  if (!opened) throw std::runtime_error(opened.error().message());
  store = std::move(*opened);
}

Outcome Shelf::put(const RecordBytes& pdu) {
  Delivery delivery;
  delivery.arrivals.push_back(arrived(pdu));
  auto outcome = store->put(delivery);
  if (!outcome) throw std::runtime_error(outcome.error().message());
  return std::move(*outcome);
}

StoreReader Shelf::reader() const {
  auto reader = StoreReader::open(options.path, master_key());
  if (!reader) throw std::runtime_error(reader.error().message());
  return std::move(*reader);
}

std::vector<Arrival> Shelf::all(const Filter& filter) const {
  std::vector<Arrival> found;
  auto read = reader().each(filter, [&](const Item& item) {
    found.push_back(item.arrival);
    return true;
  });
  if (!read) throw std::runtime_error(read.error().message());
  return found;
}

}  // namespace li::lemf::test
