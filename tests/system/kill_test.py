#!/usr/bin/env python3
"""Nothing lost: daemons are killed at random moments under load; every event and every key is at the LEMF exactly once.

usage: kill_test.py [--rounds N] [--seed N] [--vfs FILE]

With --vfs, hi2-df2 and hi2-lemf run over an SQLite file system that throws away all that was not synced when they are killed.
"""
import argparse
import random
import sys
import time

from lab import DF2, KMS, KMS2, LEMF, Lab, warrants_toml
from load import EVENTS_OF_A_CALL, check_and_empty, load_warrant, start_load

CALLS, RATE, CHECK_EVERY = 20, 150, 5


def one_round(lab, chance, number):
    victim = chance.choice([DF2, DF2, LEMF, LEMF, KMS])
    load = start_load(lab, CALLS, RATE, number)
    time.sleep(chance.uniform(0.05, 1.2))
    lab.kill(victim)
    time.sleep(chance.uniform(0, 0.3))
    lab.start(victim)
    out, errors = load.communicate(timeout=120)
    if load.returncode != 0:
        # Tickets are got before the first event: a KMS that is killed then ends the load, and the round is played again.
        if victim == KMS and errors.startswith("hi2-callsim: KMS"):
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
    done = played = 0
    with Lab(warrants_toml([load_warrant()]), 'key_timer = "60s"\n') as lab:
        if options.vfs:
            lab.environment = {DF2: {"LD_PRELOAD": options.vfs}, LEMF: {"LD_PRELOAD": options.vfs}}
        lab.start(LEMF, KMS, KMS2, DF2)
        while done < options.rounds:
            played += 1
            if not one_round(lab, chance, played):
                continue
            done += 1
            if done % CHECK_EVERY == 0 or done == options.rounds:
                check_and_empty(lab, done * CALLS)
        lab.stop(DF2, KMS, KMS2, LEMF)
    print(f"{done} rounds under load, {done * CALLS * EVENTS_OF_A_CALL} events, {done * CALLS} key records: none lost, none twice")
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
