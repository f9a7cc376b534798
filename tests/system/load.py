"""Load of hi2-callsim on a lab, and whether all of it is at the LEMF, once."""
import collections
import json
import subprocess

from lab import BIN, DF2, LEMF, until, xid_of
from scenarios_test import correlation, kind_of

EVENTS_OF_A_CALL = 7


def load_warrant():
    return {"liid": "load", "xids": [xid_of("load")], "targets": ["sip:alice@home1.example"]}


def start_load(lab, calls, rate=0, seed=1):
    """Each call with a ticket of its own, so with keys of its own."""
    return subprocess.Popen([BIN / "hi2-callsim", "load", "--config", lab.folder / "callsim/callsim.toml", "--calls", str(calls), "--rate", str(rate),
                             "--tickets", "--seed", str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_load(load):
    """All that it sent was acknowledged."""
    out, errors = load.communicate(timeout=120)
    if load.returncode != 0:
        raise RuntimeError(f"load: {out}{errors}")
    return json.loads(out)


def check(lab, calls, lemf=LEMF):
    """All that was sent is there once, and keys of each call are."""
    events = calls * EVENTS_OF_A_CALL
    until(f"{events} events and {calls} key records at {lemf}", lambda: lab.metrics(lemf)["hi2_lemf_items"] >= events + calls)
    parts = collections.defaultdict(list)
    for record in lab.records("load", lemf):
        parts[kind_of(record)].append(record)
    messages = collections.Counter(record["sIPMessage"] for record in parts["event"])
    twice = [message for message, count in messages.items() if count > 1]
    assert len(messages) == events, f"{len(messages)} of {events} events are at {lemf}"
    assert not twice, f"{len(twice)} events are there more than once"
    keyed = collections.Counter(correlation(record) for record in parts["keys"])
    assert len(keyed) == calls and set(keyed.values()) == {1}, f"keys of {len(keyed)} of {calls} calls, {sum(keyed.values())} records"
    assert not parts["failure"], f"{len(parts['failure'])} failure records"


def check_and_empty(lab, calls):
    """Likewise, and nothing is left in the spool."""
    until("an empty spool", lambda: lab.metrics(DF2).get("hi2_df2_spool_entries", 1) == 0)
    check(lab, calls)
