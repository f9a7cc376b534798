#!/usr/bin/env python3
"""Nothing lost: daemons are killed at random moments under load; every event and every key is at the LEMF exactly once.

usage: kill_test.py [--rounds N] [--seed N] [--vfs FILE]

With --vfs, hi2-df2 and hi2-lemf run over an SQLite file system that throws away all that was not synced when they are killed.
"""
import argparse
import collections
import random
import subprocess
import sys
import time

from lab import BIN, DF2, KMS, KMS2, LEMF, Lab, until, warrants_toml, xid_of
from scenarios_test import correlation, kind_of

CALLS, EVENTS_OF_A_CALL, RATE = 20, 7, 150


def load_warrant():
    return {"liid": "load", "xids": [xid_of("load")], "targets": ["sip:alice@home1.example"]}


def start_load(lab, seed):
    return subprocess.Popen([BIN / "hi2-callsim", "load", "--config", lab.folder / "callsim/callsim.toml", "--calls", str(CALLS), "--rate", str(RATE),
                             "--tickets", "--seed", str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check(lab, rounds):
    """All that was sent, once; keys of each call, once."""
    events, calls = rounds * CALLS * EVENTS_OF_A_CALL, rounds * CALLS

    def all_there():
        metrics = lab.metrics(DF2)
        return len(lab.records("load")) >= events + calls and metrics.get("hi2_df2_spool_entries", 0) == 0

    until(f"{events} events and {calls} key records at the LEMF", all_there)
    parts = collections.defaultdict(list)
    for record in lab.records("load"):
        parts[kind_of(record)].append(record)
    messages = collections.Counter(record["sIPMessage"] for record in parts["event"])
    twice = [message for message, count in messages.items() if count > 1]
    assert len(messages) == events, f"{len(messages)} of {events} events are at the LEMF"
    assert not twice, f"{len(twice)} events are there more than once"
    keyed = collections.Counter(correlation(record) for record in parts["keys"])
    assert len(keyed) == calls and set(keyed.values()) == {1}, f"keys of {len(keyed)} of {calls} calls, {sum(keyed.values())} records"
    assert not parts["failure"], f"{len(parts['failure'])} failure records"


def one_round(lab, chance, number):
    victim = chance.choice([DF2, DF2, LEMF, LEMF, KMS])
    load = start_load(lab, number)
    time.sleep(chance.uniform(0.05, 1.2))
    lab.kill(victim)
    time.sleep(chance.uniform(0, 0.3))
    lab.start(victim)
    out, errors = load.communicate(timeout=120)
    if load.returncode != 0:
        # Tickets are got before the first event: a KMS that is killed then ends the load early.
        if victim == KMS and '"events":0' in out.replace(" ", ""):
            return False
        raise RuntimeError(f"load after the end of {victim}: {out}{errors}")
    return True


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments.add_argument("--vfs")
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    done = 0
    with Lab(warrants_toml([load_warrant()]), 'key_timer = "60s"\n') as lab:
        if options.vfs:
            lab.environment = {DF2: {"LD_PRELOAD": options.vfs}, LEMF: {"LD_PRELOAD": options.vfs}}
        lab.start(LEMF, KMS, KMS2, DF2)
        for number in range(options.rounds):
            done += one_round(lab, chance, number + 1)
            check(lab, done)
        lab.stop(DF2, KMS, KMS2, LEMF)
    print(f"{done} of {options.rounds} rounds under load, {done * CALLS * EVENTS_OF_A_CALL} events, {done * CALLS} key records: none lost, none twice")
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
