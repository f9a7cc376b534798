"""PRF, labels, key derivation, KEMAC ciphers and MACs [RFC 3830 section 4, RFC 6043 section 5 and appendix A]."""
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_CM_128, AES_KW_128, AES_CM_256 = 1, 2, 3
NO_CSB = bytes.fromhex("ffffffff")
NO_CS = b"\xff"

# Constants of the labels: groups of nine digits of e.
SESSION_TEK = bytes.fromhex("2ad01c64")
SESSION_SALT = bytes.fromhex("39a2c14b")
MESSAGE_ENCR = bytes.fromhex("150533e1")
MESSAGE_AUTH = bytes.fromhex("2d22ac75")
MESSAGE_SALT = bytes.fromhex("29b88916")
FORK_MPKR = bytes.fromhex("2b288856")
FORK_TGK = bytes.fromhex("1512b54a")
MPK_TO_MPKI = bytes.fromhex("220e99a2")
MPK_TO_MPKR = bytes.fromhex("1f4d675b")

# The octet that tells the uses of a label apart.
IN_FORK, IN_INIT, IN_RESP, IN_SESSION, IN_VR, IN_TICKET, IN_MPK = range(7)

HASHES = {0: (hashlib.sha1, 160), 1: (hashlib.sha256, 256)}
MAC_HASHES = {1: hashlib.sha1, 2: hashlib.sha256}
MAC_LENGTHS = {0: 0, 1: 20, 2: 32}
ENCR_KEY_BITS = {0: 0, AES_CM_128: 128, AES_KW_128: 128, AES_CM_256: 256}
SALT_KEY_BITS = {0: 0, AES_CM_128: 112, AES_KW_128: 64, AES_CM_256: 112}
AUTH_KEY_BITS = {0: 0, 1: 160, 2: 256}


class BadCiphertext(Exception):
    """The encrypted data cannot be what the algorithm made."""


def prf(func, inkey, label, outkey_bits):
    """The PRF of RFC 3830 section 4.1.2: the inkey in blocks of 256 bits whatever the hash."""
    hashed, bits = HASHES[func]
    rounds = -(-outkey_bits // bits)
    out = bytes(rounds * bits // 8)
    for at in range(0, len(inkey), 32):
        out = bytes(x ^ y for x, y in zip(out, _p(hashed, inkey[at:at + 32], label, rounds)))
    return out[:outkey_bits // 8]


def _p(hashed, block, label, rounds):
    out, a = b"", label
    for _ in range(rounds):
        a = hmac.new(block, a, hashed).digest()
        out += hmac.new(block, a + label, hashed).digest()
    return out


def counted(rand):
    """A RAND in a label: one octet of length, then the value; an absent one is a length of 0."""
    return bytes([len(rand)]) + rand


def label(constant, octet, csb_id=NO_CSB, cs_id=NO_CS, rands=()):
    return constant + cs_id + csb_id + bytes([octet]) + b"".join(counted(rand) for rand in rands)


class MessageKeys:
    """encr_key, salt_key and auth_key for one message or ticket; `of_label` builds the label from a constant."""

    def __init__(self, func, inkey, encr_alg, auth_alg, of_label):
        def derive(constant, bits):
            return prf(func, inkey, of_label(constant), bits) if bits else b""
        self.encr = derive(MESSAGE_ENCR, ENCR_KEY_BITS[encr_alg])
        self.salt = derive(MESSAGE_SALT, SALT_KEY_BITS[encr_alg])
        self.auth = derive(MESSAGE_AUTH, AUTH_KEY_BITS[auth_alg])


def message_keys(func, inkey, csb_id, octet, ri, rr, algs):
    return MessageKeys(func, inkey, *algs, lambda c: label(c, octet, csb_id, rands=(ri, rr)))


def ticket_keys(func, tpk, rand, algs):
    return MessageKeys(func, tpk, *algs, lambda c: label(c, IN_TICKET, rands=(rand,)))


def plain_mikey_keys(func, psk, csb_id, rand, algs):
    """Keys of an RFC 3830 message: the label ends with the bare RAND [section 4.1.4]."""
    return MessageKeys(func, psk, *algs, lambda c: c + NO_CS + csb_id + rand)


def vr_auth_key(func, mpkr, auth_alg):
    return prf(func, mpkr, label(MESSAGE_AUTH, IN_VR), AUTH_KEY_BITS[auth_alg])


def split_mpk(func, mpk, rand):
    """MPKi and MPKr."""
    return tuple(prf(func, mpk, label(c, IN_MPK, rands=(rand,)), 8 * len(mpk)) for c in (MPK_TO_MPKI, MPK_TO_MPKR))


def fork(func, constant, key, identity, randrkms):
    text = constant + NO_CS + NO_CSB + bytes([IN_FORK]) + len(identity).to_bytes(2, "big") + identity + counted(randrkms)
    return prf(func, key, text, 8 * len(key))


def session_key(func, constant, tgk, cs_id, ri, rr, octets):
    return prf(func, tgk, label(constant, IN_SESSION, cs_id=bytes([cs_id]), rands=(ri, rr)), 8 * octets)


def mac(auth_alg, key, data):
    return hmac.new(key, data, MAC_HASHES[auth_alg]).digest() if auth_alg else b""


def stamp64(ts_type, value):
    """A timestamp as 64 bits: COUNTER has leading zeros, NTP-UTC-32 trailing ones."""
    return {2: value.rjust(8, b"\0"), 3: value.ljust(8, b"\0")}.get(ts_type, value)


def aes_cm_iv(salt_key, csb_id, stamp):
    """`stamp` is (TS type, value)."""
    block = b"\0\0" + csb_id + stamp64(*stamp)
    return bytes(x ^ y for x, y in zip(salt_key, block)) + b"\0\0"


def _ecb(key):
    return Cipher(algorithms.AES(key), modes.ECB())


def aes_cm(key, iv, data):
    cipher = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


def key_wrap(key, iv, plain):
    """RFC 3394 section 2.2.1 with another initial value."""
    if len(plain) < 16 or len(plain) % 8:
        raise ValueError("AES key wrap takes whole blocks of 8 octets, two at least")
    aes = _ecb(key).encryptor()
    a, blocks = iv, [plain[at:at + 8] for at in range(0, len(plain), 8)]
    for step in range(6 * len(blocks)):
        at = step % len(blocks)
        out = aes.update(a + blocks[at])
        a = (int.from_bytes(out[:8], "big") ^ (step + 1)).to_bytes(8, "big")
        blocks[at] = out[8:]
    return a + b"".join(blocks)


def key_unwrap(key, iv, data):
    if len(data) < 24 or len(data) % 8:
        raise BadCiphertext("no whole blocks of 8 octets")
    aes = _ecb(key).decryptor()
    a, blocks = data[:8], [data[at:at + 8] for at in range(8, len(data), 8)]
    for step in reversed(range(6 * len(blocks))):
        at = step % len(blocks)
        a = (int.from_bytes(a, "big") ^ (step + 1)).to_bytes(8, "big")
        out = aes.update(a + blocks[at])
        a, blocks[at] = out[:8], out[8:]
    if not hmac.compare_digest(a, iv):
        raise BadCiphertext("the integrity value of the key wrap differs")
    return b"".join(blocks)


def encrypt(alg, keys, csb_id, stamp, plain):
    if alg == 0:
        return plain
    if alg == AES_KW_128:
        return key_wrap(keys.encr, keys.salt, plain)
    return aes_cm(keys.encr, aes_cm_iv(keys.salt, csb_id, stamp), plain)


def decrypt(alg, keys, csb_id, stamp, data):
    if alg == 0:
        return data
    if alg == AES_KW_128:
        return key_unwrap(keys.encr, keys.salt, data)
    return aes_cm(keys.encr, aes_cm_iv(keys.salt, csb_id, stamp), data)
