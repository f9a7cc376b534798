"""Messages that the decode cases take apart: the kinds that no call makes."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mikeyref import crypto, read, ticket, write
from mikeyref.call import BASE_SECONDS, Call, ntp, srtp_policy
from mikeyref.exchange import Exchange
from mikeyref.write import Hdr, Key

ALICE_NAI, BOB_NAI = (write.NAI, b"alice@home1.example"), (write.NAI, b"bob@home2.example")
SRTP_MAP = [bytes([1]) + bytes.fromhex("11111111") + bytes(4), bytes([1]) + bytes(4) + bytes([0, 0, 0, 9])]


def certificate(name):
    """A self-signed certificate that is the same on every run (Ed25519 draws nothing)."""
    call = Call("certificates")
    key = Ed25519PrivateKey.from_private_bytes(call.draw(name, 32))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2013, 1, 1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(len(name)
                                                                                                                              + 4096)
    builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=7300))
    return builder.sign(key, None).public_bytes(Encoding.DER)


def request_pk(call, certs, hashed=None, sign_type=0, sign_octets=256, pke_c=0):
    """REQUEST_INIT_PK; PKE and SIGN hold drawn octets, nothing is verified in a decode case."""
    payloads = [write.t(ntp(BASE_SECONDS, 2)), write.randr(write.RANDRI, call.draw("randri request", 16)),
                write.idr(write.INITIATOR, call.idri),
                *[write.cert(*c) for c in certs], write.idr(write.KMS, call.idrkms), Exchange(call).requested_policy()]
    payloads += [write.chash(*hashed)] if hashed else []
    payloads += [write.pke(pke_c, call.draw("pke", 256)), write.sign(sign_type, call.draw("sign", sign_octets))]
    return write.message(Hdr("REQUEST_INIT_PK", call.draw("csb request", 4), call.prf, 1, map_type=1), payloads)


def resolve_pk(call, certs):
    found = ticket.find(read.message(call.init())[1], "TICKET")
    body = call.init_octets[found["offset"] + 1:found["offset"] + found["length"]]
    payloads = [write.t(ntp(BASE_SECONDS + 1, 5)), write.randr(write.RANDRR, call.draw("randrr resolve", 16)),
                write.idr(write.RESPONDER, call.answerer),
                *[write.cert(*c) for c in certs], write.idr(write.KMS, call.idrkms), (write.CODES["TICKET"], body),
                write.chash(2, call.draw("chash", 32)), write.pke(0, call.draw("pke", 256)), write.sign(1, call.draw("sign", 384))]
    return write.message(Hdr("RESOLVE_INIT_PK", call.draw("csb resolve", 4), call.prf, 1, map_type=1), payloads)


def error(call, number, octet=crypto.IN_INIT, body=()):
    """An Error with the MAC that the faulty message's auth_key gives, over the Error alone."""
    alg = call.message_algs[1]
    keys = call.message_keys(call.mpki, octet, call.randri, b"")
    numbers = [] if number is None else [write.err(number)]
    covered = write.message(Hdr("ERROR", call.csb_id, call.prf, map_type=1),
                            [write.t(ntp(BASE_SECONDS + 2, 8)), *numbers, *body, write.v(alg, b"")])
    return covered + crypto.mac(alg, keys.auth, covered)


def update(call, new_keys):
    """A CSB update under the keys that protected TRANSFER_RESP: no RANDs, no TICKET."""
    keys = call.message_keys(call.resp_inkey, crypto.IN_RESP, call.randri, call.randrr)
    named = [write.idr(write.INITIATOR, call.idri), write.idr(write.RESPONDER, call.answerer)]
    out, before = [], b""
    for kind, v_flag, stamp in (("TRANSFER_INIT", 1, ntp(BASE_SECONDS + 60, 9)), ("TRANSFER_RESP", 0, ntp(BASE_SECONDS + 61, 10))):
        payloads = [write.t(stamp), *(named if v_flag else named[1:]),
                    call.kemac(keys, new_keys[len(out)], stamp)] if new_keys[len(out)] else \
            [write.t(stamp), *(named if v_flag else named[1:])]
        covered = write.message(Hdr(kind, call.csb_id, call.prf, v_flag, call.sessions), [*payloads, write.v(call.message_algs[1], b"")])
        extra = before or call.idri[1] + call.answerer[1]
        out.append(covered + crypto.mac(call.message_algs[1], keys.auth, covered + extra))
        before = out[-1]
    return out


def psk_init(call, encr=1, sessions=SRTP_MAP, map_type=0, keys=(), extra=()):
    """The RFC 3830 pre-shared I_MESSAGE: the MAC of KEMAC ends it and covers all before."""
    rand = call.draw("rand", 16)
    stamp = ntp(BASE_SECONDS, 11)
    derived = crypto.plain_mikey_keys(0, call.draw("psk 1", 16), call.csb_id, rand, (encr, 1))
    keys = list(keys) or [Key("TGK", b"", call.draw("tgk", 16), kv=0)]
    data = crypto.encrypt(encr, derived, call.csb_id, stamp, write.key_chain(keys))
    covered = write.message(Hdr("PSK_I_MESSAGE", call.csb_id, 0, 1, list(sessions), map_type), [
        write.t(stamp), write.rand(rand), write.id_(*ALICE_NAI), write.id_(*BOB_NAI), srtp_policy(1, 16), *extra,
        write.kemac(encr, data, 1)])
    return covered + crypto.mac(1, derived.auth, covered), derived.auth, stamp


def psk_verification(call):
    _, auth_key, stamp = psk_init(call)
    covered = write.message(Hdr("PSK_VER_MSG", call.csb_id, 0, 0, SRTP_MAP, 0), [write.t(stamp), write.id_(*BOB_NAI), write.v(1, b"")])
    return covered + crypto.mac(1, auth_key, covered + ALICE_NAI[1] + BOB_NAI[1] + stamp[1])


def pk_init(call, certs, named=True):
    """The RFC 3830 public-key I_MESSAGE: the MAC of KEMAC covers KEMAC alone, with Next = 0."""
    rand, stamp = call.draw("rand", 16), ntp(BASE_SECONDS, 12)
    derived = crypto.plain_mikey_keys(0, call.draw("envelope", 16), call.csb_id, rand, (1, 1))
    first, ids = write.chain([write.id_(*ALICE_NAI)], last=write.CODES["KEY_DATA"])
    plain = ids + write.key_chain([Key("TGK+SALT", b"\x02", call.draw("tgk", 16), call.draw("salt", 14))])
    alg, body = write.kemac(1, crypto.encrypt(1, derived, call.csb_id, stamp, plain), 1)
    kemac = alg, body + crypto.mac(1, derived.auth, b"\0" + body)
    who = [write.id_(*ALICE_NAI)] if named else []
    return write.message(Hdr("PK_I_MESSAGE", call.csb_id, 0, 1, SRTP_MAP, 0), [
        write.t(stamp), write.rand(rand), *who, *[write.cert(*c) for c in certs], write.id_(*BOB_NAI), srtp_policy(1, 16), kemac,
        write.chash(0, call.draw("chash", 20)), write.pke(1, call.draw("pke", 128)), write.sign(0, call.draw("sign", 128))])


def pk_verification(call):
    stamp = ntp(BASE_SECONDS, 12)
    derived = crypto.plain_mikey_keys(0, call.draw("envelope", 16), call.csb_id, call.draw("rand", 16), (1, 1))
    covered = write.message(Hdr("PK_VER_MSG", call.csb_id, 0, 0, SRTP_MAP, 0), [write.t(stamp), write.id_(*BOB_NAI), write.v(1, b"")])
    return covered + crypto.mac(1, derived.auth, covered + ALICE_NAI[1] + BOB_NAI[1] + stamp[1])


DH_OCTETS = {0: 192, 1: 96, 2: 128}


def dh_init(call, group=0, validity=(0, b"")):
    return write.message(Hdr("DH_INIT", call.csb_id, 0, 1, SRTP_MAP, 0), [
        write.t(ntp(BASE_SECONDS, 13)), write.rand(call.draw("rand", 16)), write.id_(*ALICE_NAI), write.cert(0, certificate("alice")),
        write.id_(*BOB_NAI), srtp_policy(1, 16), write.dh(group, call.draw("dh i", DH_OCTETS[group]), *validity),
        write.sign(0, call.draw("sign i", 256))])


def dh_resp(call):
    values = [write.dh(0, call.draw(f"dh {who}", 192)) for who in "ri"]
    return write.message(Hdr("DH_RESP", call.csb_id, 0, 0, SRTP_MAP, 0), [
        write.t(ntp(BASE_SECONDS, 14)), write.id_(*BOB_NAI), write.id_(*ALICE_NAI), *values, write.sign(0, call.draw("sign r", 256))])


# The samples of RFC 4567 section 5.1: the octets of their base64.
RFC4567_OFFER = bytes.fromhex("01000580cd177e500100" + 9 * "00" + "0b00c8e350ea0000000006104a28da979ee21a7651a0d7f19136d98c"
                              "0a00000f646f6e616c64406475636b2e636f6d010000000000010024"
                              "d092a981a5640da6b08bdc21541b41b74299d78ca636ebbadbe36fde8ccf2f28302bf19b"
                              "015f627a69c6508675f5f59050e4abcca4c0bfdcd5")
RFC4567_ANSWER = bytes.fromhex("01010580cd177e500100" + 9 * "00" + "0600c8e350ea00000000"
                               "090000106d69636b6579406d6f7573652e636f6d00019fc1dd184e413035c522e18481afbad80818e5c7")
