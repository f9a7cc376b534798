#!/usr/bin/env python3
"""An independent MIKEY-TICKET (RFC 3830, RFC 6043) for vectors: the PRF, payloads, base tickets, messages, MACs, and get_keys.

It shares no code with the C++ in this repository and has been written from the rules of the RFCs alone. Not for use in a network:
nothing in it runs in constant time.

usage: python3 reference.py FILE...    runs cases, prints a line each (id, passed or what differs)

  mikeyref/crypto.py    PRF, labels, key sets, forking, AES-CM and AES-KW, MACs
  mikeyref/write.py     payloads and messages as octets
  mikeyref/read.py      octets as payloads, with offsets
  mikeyref/ticket.py    the base ticket: sealed, opened, its flags
  mikeyref/call.py      one call as its parties make it
  mikeyref/exchange.py  Ticket Request and Ticket Resolve around it
  mikeyref/identity.py  when two identities are the same
  mikeyref/solve.py     get_keys: the keys, or why not
  mikeyref/update.py    a CSB update as the parties make it
  mikeyref/solve_update.py  get_keys for it
  mikeyref/worked.py    the worked exchange, sets A and B
  mikeyref/check.py     a case against all of this
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from mikeyref.check import differences  # noqa: E402


def main(names):
    if not names:
        sys.exit(__doc__)
    failed = 0
    for name in names:
        case = json.loads(pathlib.Path(name).read_text())
        wrong = differences(case)
        failed += bool(wrong)
        print(case["id"], "passed" if not wrong else "; ".join(wrong))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
