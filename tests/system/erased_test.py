#!/usr/bin/env python3
"""Erased means gone: keys of calls are never in the files in clear, and what was delivered or erased is not there sealed either."""
import json
import sqlite3
import sys

from lab import DF2, LEMF, KMS, KMS2, Lab, run_tests, until, warrants_toml
from scenarios_test import count_of, scenarios

SCENARIOS = ["basic", "two-lines"]


def files_of(lab, name):
    """What is on the disk: database, WAL, shm, trails, log. The master key is not looked into."""
    found = [path for path in (lab.folder / name).iterdir() if path.is_file() and path.name not in ("master.key", "tls.key", "audit.key")]
    return {path.name: path.read_bytes() for path in found} | {"log": (lab.folder / f"{name}.log").read_bytes()}


def forms_of(key):
    """Octets as they are and as digits."""
    return [key, key.hex().encode(), key.hex().upper().encode()]


def absent(lab, name, secrets, what):
    for file, octets in files_of(lab, name).items():
        for secret in secrets:
            assert all(form not in octets for form in forms_of(secret)), f"{what} is in {name}/{file}"


def sealed(lab, name):
    """The sealed octets and wrapped keys of all rows, as another process reads them: the middle of each, 16 octets that nothing else has."""
    file, queries = {
        DF2: ("spool.sqlite", ["SELECT sealed FROM entries", "SELECT sealed FROM states", "SELECT wrapped FROM owners"]),
        LEMF: ("lemf.sqlite", ["SELECT sealed FROM items", "SELECT wrapped FROM liids"]),
    }[name]
    database = sqlite3.connect(f"file:{lab.folder / name / file}?mode=ro", uri=True)
    found = {query.split()[3]: [row[0][-32:-16] for row in database.execute(query)] for query in queries}
    database.close()
    return found


def held(lab, name, wanted):
    """Whether all of it is in the raw files."""
    all_octets = b"".join(files_of(lab, name).values())
    return all(one in all_octets for one in wanted)


def play(lab):
    """What the scenarios expect, and the keys and salts in it."""
    expected = []
    for name in SCENARIOS:
        lab.callsim("run", name, "--expect", lab.folder / "expected.json")
        expected += json.loads((lab.folder / "expected.json").read_text())["warrants"]
    sessions = [session for wanted in expected for keys in wanted["keys"] for session in keys["crypto_sessions"]]
    secrets = [bytes.fromhex(session[part]) for session in sessions for part in ("key", "salt") if session[part]]
    assert len(secrets) >= 8 and all(len(secret) >= 8 for secret in secrets)
    return sum(map(count_of, expected)), secrets


def a_lab():
    return Lab(warrants_toml([warrant for one in scenarios() if one["name"] in SCENARIOS for warrant in one["warrants"]]), 'key_timer = "60s"\n')


def waiting(lab, count, secrets):
    """Records and keys wait in the spool; what is sealed of them."""
    until("records with their keys", lambda: lab.metrics(DF2)["hi2_df2_spool_entries"] == count and lab.metrics(DF2)["hi2_df2_keys_open"] == 0)
    absent(lab, DF2, secrets, "a key in clear")
    rows = sealed(lab, DF2)
    assert len(rows["entries"]) == count and held(lab, DF2, rows["entries"] + rows["owners"]), "the test does not see what is there"
    return rows


def delivered_means_gone():
    with a_lab() as lab:
        lab.start(KMS, KMS2, DF2)
        count, secrets = play(lab)
        rows = waiting(lab, count, secrets)
        lab.start(LEMF)
        until("all is at the LEMF", lambda: lab.metrics(LEMF)["hi2_lemf_items"] == count)
        absent(lab, LEMF, secrets, "a key in clear")
        lemf_rows = sealed(lab, LEMF)
        assert len(lemf_rows["items"]) == count and held(lab, LEMF, lemf_rows["items"] + lemf_rows["liids"])

        def overwritten():
            octets = b"".join(files_of(lab, DF2).values())
            return not any(row in octets for row in rows["entries"])

        until("what was delivered is overwritten", overwritten)
        absent(lab, DF2, secrets, "a key in clear")
        for liid in SCENARIOS:
            assert lab.records(liid)
            lab.run("hi2-lemf", "--config", lab.config(LEMF), "erase", liid)
            assert lab.records(liid) == []
        absent(lab, LEMF, secrets + lemf_rows["items"] + lemf_rows["liids"], "what was erased")
        lab.stop(DF2, LEMF, KMS, KMS2)


def erased_means_gone():
    with a_lab() as lab:
        lab.start(KMS, KMS2, DF2)
        count, secrets = play(lab)
        rows = waiting(lab, count, secrets)
        refused = lab.run("hi2-df2", "--config", lab.config(DF2), "spool", "erase", "basic", check=False)
        assert refused.returncode != 0 and "there is a warrant" in refused.stderr, refused
        lab.set_warrants("")
        for liid in SCENARIOS:
            lab.run("hi2-df2", "--config", lab.config(DF2), "spool", "erase", liid)
        absent(lab, DF2, secrets + rows["entries"] + rows["states"] + rows["owners"], "what was erased")
        lab.reload(DF2)
        lab.start(LEMF)
        until("an empty spool", lambda: lab.metrics(DF2)["hi2_df2_spool_entries"] == 0)
        assert all(lab.records(liid) == [] for liid in SCENARIOS)
        lab.stop(DF2, LEMF, KMS, KMS2)
        absent(lab, DF2, secrets + rows["entries"] + rows["states"] + rows["owners"], "what was erased")


if __name__ == "__main__":
    sys.exit(run_tests([delivered_means_gone, erased_means_gone]))
