#include "xk/messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <thread>

#include "data/data.hpp"
#include "support/certificates.hpp"

namespace li::test {
namespace {

using namespace xk;

RecordBytes octets(std::string_view hex) { return to_record_bytes(*from_hex(hex)); }
SecretBytes secret(std::string_view hex) { return SecretBytes(*from_hex(hex)); }

template <typename T>
void expect_error(const Result<T>& result, const std::string& text, const std::string& place) {
  ASSERT_FALSE(result) << place;
  EXPECT_NE(result.error().message().find(text), std::string::npos) << place << "\n" << result.error().message() << "\n" << text;
}

GetKeys full_request() {
  return {"df2-1:42", "sip:alice@home1.example;a=1&b=<2>", {octets("010E0580"), octets("010F0500")}, Exchange{octets("010E0580FF"), {}}};
}

GetKeysResponse full_response() {
  std::vector<CryptoSession> sessions;
  sessions.push_back(
      {1, 0xDEADBEEF, SessionKey{secret("2D68698B909CF79517F5CB1A7CFC99DA"), secret("606162636465666768696A6B6C6D"), Bytes{1, 2}}});
  sessions.push_back({255, {}, SessionKey{secret("519A82"), {}, {}}});
  sessions.push_back({2, {}, Reason::no_key});
  return {"df2-1:42", std::move(sessions)};
}

TEST(Xk, ReadsWhatOthersWrite) {
  const auto request = decode_request(read_octets(data_path("xk/request.xml")));
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(*request, full_request());
  const auto response = decode_response(read_octets(data_path("xk/response.xml")));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(*response, full_response());
  const auto small = decode_request(read_octets(data_path("xk/request-small.xml")));
  ASSERT_TRUE(small) << small.error().message();
  EXPECT_EQ(*small, (GetKeys{"1", "sip:bob@home2.example", {octets("010E0580"), {}}, {}}));
  const auto refused = decode_response(read_octets(data_path("xk/response-refused.xml")));
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(*refused, (GetKeysResponse{"7", Reason::pair_mismatch}));
}

// Whatever a document says about its encoding: it is UTF-8.
TEST(Xk, ReadsUtf8Only) {
  const auto document = [](const std::string& start, const std::string& target) {
    return start + "<get_keys xmlns=\"urn:hi2kit:xk:1\"><requestId>1</requestId><target>" + target +
           "</target><transferInit>AA==</transferInit></get_keys>";
  };
  for (const auto* start : {"", "\xEF\xBB\xBF", "<?xml version='1.0' encoding='ISO-8859-1'?>", "<?xml version='1.0' encoding='UTF-16'?>"}) {
    const auto request = decode_request(as_bytes(document(start, "caf\xC3\xA9")));
    ASSERT_TRUE(request) << request.error().message();
    EXPECT_EQ(request->target, "caf\xC3\xA9");
  }
  expect_error(decode_request(as_bytes(document("<?xml version='1.0' encoding='ISO-8859-1'?>", "caf\xE9"))), "not well-formed",
               "ISO 8859-1");
  expect_error(decode_request(as_bytes(document("\xFE\xFF", "a"))), "not well-formed", "UTF-16 mark");
  expect_error(decode_request(as_bytes("\x4C\x6F\xA7\x94" + document("", "a"))), "not well-formed", "EBCDIC");
}

TEST(Xk, KnowsTheReasonsOfItsSchema) {
  std::size_t count = 0;
  const auto lines = split(schema_text(), "<xs:enumeration value=\"");
  for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
    const auto word = line->substr(0, line->find('"'));
    const auto reason = parse_reason(word);
    ASSERT_TRUE(reason) << word;
    EXPECT_EQ(to_string(*reason), word);
    EXPECT_EQ(static_cast<std::size_t>(*reason), count++);
  }
  EXPECT_EQ(count, static_cast<std::size_t>(Reason::unavailable) + 1);
  EXPECT_FALSE(parse_reason("other"));
}

std::vector<GetKeys> requests() {
  std::vector<GetKeys> all;
  all.push_back(full_request());
  all.push_back({std::string(64, 'x'), "tel:+31201234567", {RecordBytes(kMaxMessage, 7), {}}, {}});
  std::string wide;
  for (int i = 0; i < 1024; ++i) wide += "é";
  all.push_back({"a.b_c:d-e", wide, {octets("00"), {}}, Exchange{octets("FF"), octets("FFFF")}});
  all.push_back({"-", "\"'\x7F\xC2\x85\xEF\xBF\xBD\xF0\x9F\x98\x80]]>", {octets("000000"), RecordBytes(kMaxMessage, 0xFB)}, {}});
  return all;
}

std::vector<GetKeysResponse> responses() {
  std::vector<GetKeysResponse> all;
  all.push_back(full_response());
  all.push_back({{}, Reason::malformed});
  for (int reason = 0; reason <= static_cast<int>(Reason::unavailable); ++reason) all.push_back({"1", static_cast<Reason>(reason)});
  std::vector<CryptoSession> most;
  for (int i = 0; i < 256; ++i)
    most.push_back({static_cast<std::uint8_t>(i), i,
                    SessionKey{SecretBytes(Bytes(kMaxKey, static_cast<std::uint8_t>(i))), secret("00"), Bytes(255, 9)}});
  all.push_back({"most", std::move(most)});
  return all;
}

TEST(Xk, ReadsWhatItWrites) {
  for (const auto& request : requests()) {
    const auto document = encode_request(request);
    ASSERT_TRUE(document) << document.error().message();
    EXPECT_LE(document->size(), kMaxDocument);
    const auto again = decode_request(*document);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, request);
  }
  for (const auto& response : responses()) {
    const auto document = encode_response(response);
    ASSERT_TRUE(document) << document.error().message();
    EXPECT_LE(document->size(), kMaxDocument);
    const auto again = decode_response(*document);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, response);
  }
}

// A document of bad.vec in full.
std::string expanded(std::string text) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  };
  replace("keys N", "keys xmlns=\"urn:hi2kit:xk:1\"");
  replace("response N", "response xmlns=\"urn:hi2kit:xk:1\"");
  replace("requestId N", "requestId xmlns=\"urn:hi2kit:xk:1\"");
  replace("REQ", "<requestId>1</requestId><target>sip:a@b</target><transferInit>AA==</transferInit>");
  replace("RES", "<cryptoSession csId=\"1\"><key>AA==</key></cryptoSession>");
  replace("\\xff", "\xFF");
  replace("\\0", std::string(1, '\0'));
  for (auto at = text.find(")*"); at != std::string::npos; at = text.find(")*")) {  // "(x)*3"
    const auto open = text.rfind('(', at);
    std::size_t digits = 0;
    const auto times = std::stoul(text.substr(at + 2), &digits);
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text.substr(open + 1, at - open - 1);
    text.replace(open, at + 2 + digits - open, all);
  }
  return text;
}

constexpr std::string_view kAnswer = "answer: ";

TEST(Xk, RefusesBadDocuments) {
  for (const auto& one : read_cases("xk/bad.vec")) {
    const auto document = expanded(one.parts.at(0));
    const auto& expected = one.parts.at(1);
    if (expected.starts_with(kAnswer)) expect_error(decode_response(as_bytes(document)), expected.substr(kAnswer.size()), one.place);
    else expect_error(decode_request(as_bytes(document)), expected, one.place);
  }
}

TEST(Xk, RefusesALargeDocument) {
  auto document = "<get_keys xmlns=\"urn:hi2kit:xk:1\">" + std::string(kMaxDocument, ' ');
  expect_error(decode_request(as_bytes(document)), "allowed 262144", "large");
  document.resize(kMaxDocument);
  expect_error(decode_request(as_bytes(document)), "not well-formed XML (line 1)", "just not too large");
}

TEST(Xk, ErrorsRepeatNoValue) {
  for (const auto* text :
       {"<get_keys_response xmlns='urn:hi2kit:xk:1'><cryptoSession csId='1'><key>SECRET*</key></cryptoSession></get_keys_response>",
        "<get_keys_response xmlns='urn:hi2kit:xk:1'><cryptoSession csId='1'><key>SECRETS</key></cryptoSession></get_keys_response>",
        "<get_keys_response xmlns='urn:hi2kit:xk:1'><SECRET/></get_keys_response>",
        "<get_keys_response xmlns='urn:hi2kit:xk:1'><cryptoSession csId='1'><key>SECRET"}) {
    const auto response = decode_response(as_bytes(text));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().message().find("SECRET"), std::string::npos) << response.error().message();
  }
}

TEST(Xk, RefusesToWriteWhatTheSchemaWouldNotTake) {
  const auto request = [](auto change) {
    auto changed = full_request();
    change(changed);
    return encode_request(changed);
  };
  expect_error(request([](auto& r) { r.request_id = ""; }), "get_keys.requestId", "id");
  expect_error(request([](auto& r) { r.request_id = std::string(65, 'x'); }), "get_keys.requestId", "id");
  expect_error(request([](auto& r) { r.request_id = "a b"; }), "get_keys.requestId", "id");
  for (const auto& target :
       {std::string(), std::string("a b"), std::string("a\x01"), std::string("\xFF"), std::string(1025, 'x'), std::string("\xEF\xBF\xBE")})
    expect_error(request([&](auto& r) { r.target = target; }), "get_keys.target", target);
  expect_error(request([](auto& r) { r.exchange.transfer_init.clear(); }), "transferInit: no octets", "init");
  expect_error(request([](auto& r) { r.exchange.transfer_resp->resize(kMaxMessage + 1); }), "transferResp: 32769 octets", "resp");
  expect_error(request([](auto& r) { r.initial->transfer_init.clear(); }), "transferInit: no octets", "initial");

  const auto response = [](auto change) {
    auto changed = full_response();
    change(std::get<std::vector<CryptoSession>>(changed.answer));
    return encode_response(changed);
  };
  expect_error(response([](auto& s) { s.clear(); }), "neither a crypto session nor a reason", "none");
  expect_error(response([](auto& s) { s[1].cs_id = 1; }), "the same CS ID twice", "twice");
  expect_error(response([](auto& s) { s[1].answer = SessionKey{}; }), "key: no octets", "key");
  expect_error(response([](auto& s) { s[1].answer = SessionKey{secret("00"), SecretBytes(Bytes(257)), {}}; }), "salt: 257 octets", "salt");
  expect_error(response([](auto& s) { s[1].answer = SessionKey{secret("00"), {}, Bytes()}; }), "spi: no octets", "spi");
  expect_error(encode_response({"a b", Reason::target}), "get_keys_response.requestId", "id");
}

// xmllint reads the installed schema, not our code.
class Xmllint {
 public:
  [[nodiscard]] std::string judge(std::string_view document) {
    const auto file = (folder_.path() / "document.xml").string();
    std::ofstream(file, std::ios::binary) << document;
    auto said = output_of("xmllint --nonet --noout --schema '" + source_path("src/xk/xk.xsd").string() + "' " + file);
    return said == file + " validates\n" ? "valid" : said;
  }

 private:
  TemporaryFolder folder_;
};

TEST(Xk, XmllintAgreesWithOurDocuments) {
  EXPECT_EQ(schema_text(), read_text(source_path("src/xk/xk.xsd")));
  Xmllint xmllint;
  for (const auto& request : requests()) EXPECT_EQ(xmllint.judge(as_text(*encode_request(request))), "valid");
  for (const auto& response : responses()) EXPECT_EQ(xmllint.judge(as_text(*encode_response(response))), "valid");
}

TEST(Xk, XmllintAgreesWithWhatTheSchemaRefuses) {
  Xmllint xmllint;
  for (const auto& one : read_cases("xk/bad.vec")) {
    const bool by_schema = one.parts.at(1).ends_with("(line 1) (xk.xsd)");
    if (!by_schema) continue;
    EXPECT_NE(xmllint.judge(expanded(one.parts.at(0))), "valid") << one.place;
  }
}

TEST(Xk, ReadsInManyThreads) {
  const auto request = *encode_request(full_request());
  const auto response = *encode_response(full_response());
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) {
        const auto refused = decode_request(response);
        if (decode_request(request) == full_request() && decode_response(response) == full_response() && !refused) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 400);
}

TEST(AnswerOf, AKeyThatCantBeSentIsNoKeyForItsSessionAlone) {
  std::vector<CryptoSession> sessions;
  for (const auto& [key, salt, spi] :
       {std::array<std::size_t, 3>{16, 14, 4}, {0, 14, 4}, {1, 0, 0}, {257, 14, 4}, {256, 256, 255}, {16, 257, 4}}) {
    auto answer = answer_of({SecretBytes(Bytes(key, 1)), SecretBytes(Bytes(salt, 2)), Bytes(spi, 3)});
    sessions.push_back({static_cast<std::uint8_t>(sessions.size()), {}, std::move(answer)});
  }
  const auto document = encode_response({"1", std::move(sessions)});
  ASSERT_TRUE(document) << document.error().message();
  const auto read = decode_response(*document);
  ASSERT_TRUE(read) << read.error().message();
  const auto& got = std::get<std::vector<CryptoSession>>(read->answer);
  ASSERT_EQ(got.size(), 6U);
  for (const auto at : {1U, 3U, 5U}) EXPECT_EQ(std::get<Reason>(got[at].answer), Reason::no_key) << at;
  EXPECT_EQ(std::get<SessionKey>(got[0].answer).salt->size(), 14U);
  EXPECT_EQ(std::get<SessionKey>(got[2].answer).salt, std::nullopt);
  EXPECT_EQ(std::get<SessionKey>(got[2].answer).spi, std::nullopt);
  EXPECT_EQ(std::get<SessionKey>(got[4].answer).key.size(), 256U);
}

}  // namespace
}  // namespace li::test
