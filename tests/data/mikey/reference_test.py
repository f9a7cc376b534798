#!/usr/bin/env python3
"""The reference against values that it did not make, then every case in this folder against the reference.

usage: python3 tests/data/mikey/reference_test.py
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from mikeyref import check, crypto, worked  # noqa: E402

FOLDERS = ["independent", "worked", "decode", "get_keys", "exchange"]


def prf_lines():
    """The published PRF values."""
    csb_id, rand = bytes.fromhex("12345678"), bytes.fromhex("101112131415161718191a1b1c1d1e1f")
    for line in (HERE / "worked/prf.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        inkey, constant, bits, func, result = (part.strip() for part in line.split("|"))
        constant, kind = constant.split()
        text = bytes.fromhex(constant) + (b"\x01" if kind == "cs" else b"\xff") + csb_id + rand
        got = crypto.prf(int(func), bytes.fromhex(inkey), text, int(bits)).hex()
        yield f"prf {constant} {bits} {func}", got == result, f"{got} is not {result}"


def cipher_lines():
    """AES-CM keystreams of RFC 3711 and RFC 6188, the key wrap of RFC 3394 section 4.1."""
    counter = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000")
    for key, stream in (("2b7e151628aed2a6abf7158809cf4f3c", "e03ead0935c95e80e166b16dd92b4eb4"),
                        ("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", "92bdd28a93c3f52511c677d08b5515a4")):
        got = crypto.aes_cm(bytes.fromhex(key), counter, bytes(16)).hex()
        yield f"AES-CM-{4 * len(key)}", got == stream, got
    key, plain = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
    got = crypto.key_wrap(key, bytes.fromhex("a6a6a6a6a6a6a6a6"), plain)
    yield "AES-KW-128", got.hex() == "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5", got.hex()
    yield "AES-KW-128 back", crypto.key_unwrap(key, bytes.fromhex("a6a6a6a6a6a6a6a6"), got) == plain, ""


def worked_lines(letter):
    """Every value of the worked exchange: keys, MACs, IVs, the messages."""
    _, messages, out = worked.values(letter)
    mine = worked.published_form(messages, out)
    for line in (HERE / f"worked/set-{letter}.txt").read_text().splitlines():
        name, _, value = line.partition(" = ") if " = " in line else line.partition(": ")
        yield f"set {letter}: {name}", mine.get(name) == value, f"{mine.get(name)} is not {value}"


def case_lines():
    ids = set()
    for folder in FOLDERS:
        for path in sorted((HERE / folder).glob("*.json")):
            case = json.loads(path.read_text())
            wrong = check.differences(case) + ([] if path.stem == case["id"] else ["the file's name is not the id"])
            wrong += ["the id is taken"] if case["id"] in ids else []
            ids.add(case["id"])
            yield f"{folder}/{case['id']}", not wrong, "; ".join(wrong)


def main():
    count, failed = 0, 0
    for lines in (prf_lines(), cipher_lines(), worked_lines("a"), worked_lines("b"), case_lines()):
        for what, good, detail in lines:
            count += 1
            failed += not good
            if not good:
                print("FAIL", what, detail)
    print(f"{count} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
