#!/usr/bin/env python3
"""Load through the whole system on one machine: X2 events over TLS into hi2-df2, records over TLS into the store of hi2-lemf.

usage: load.py [--calls N] [--rate R] [--seconds S] [--json FILE]
       load.py --minutes 30 --open-dialogs 100000 [--soak-rate R] [--json FILE]

Without --minutes: as fast as it goes, without and with keys, beside plain TLS by openssl; then delays at a rate.
With --minutes: dialogs that stay open, then calls with keys for so long; memory of the daemons over that time. Ends with 1 when one of them
grew behind the first third: sessions that have ended are remembered for ten minutes.

Programs are taken from $HI2_BIN, or build/bin. A delay ends when the record can be seen in the store's file, that is behind its commit;
it begins with the time stamp of the X2 PDU. Both are of this machine's clock.
"""
import argparse
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "system"))
from lab import BIN, DF2, KMS, KMS2, LEMF, Lab, free_ports, warrants_toml, xid_of  # noqa: E402

DAEMONS = [KMS, DF2, LEMF]
EVENTS_OF_CALL = 7
KINDS = {"no keys": [], "keys of every call": ["--tickets"]}
TICK = os.sysconf("SC_CLK_TCK")
LOOK = 0.001  # seconds between two looks into the store
PIECE = 240   # seconds of a soak in one run of the simulator: its tickets are got before its first event
BULK = 1 << 30  # octets of plain TLS
GUARD = 120   # seconds without a further record: something hangs


class Store(threading.Thread):
    """Looks into the store of the LEMF: when which record was there."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.seen, self.last, self.ended = path, [], 0, False

    def run(self):
        base = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)
        while not self.ended:
            last = base.execute("SELECT seq FROM sqlite_sequence WHERE name = 'items'").fetchone()
            if last and last[0] > self.last:
                self.seen.append((last[0], time.time()))
                self.last = last[0]
            time.sleep(LOOK)

    def octets(self):
        """Of a PDU, on average."""
        base = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        return round(base.execute("SELECT avg(length(sealed)) FROM items").fetchone()[0])

    def delays(self, first):
        """Seconds from event to store of the records behind `first`; the time of a record of keys is the answer's."""
        base = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        rows = base.execute("SELECT id, time FROM items WHERE id > ? AND event = 'unfilteredSIPmessage' ORDER BY id", (first,))
        looks, found = iter(self.seen), []
        upto, when = next(looks)
        for number, told in rows:
            while upto < number:
                upto, when = next(looks)
            found.append(when - stamp(told))
        return sorted(found)


def stamp(told):
    """Seconds since 1970 of the time of a record, which is in UTC here."""
    moment, _, parts = told.partition(".")
    return time.mktime(time.strptime(moment, "%Y-%m-%d %H:%M:%S")) - time.timezone + float("0." + (parts or "0"))


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def cpus(lab):
    return {name: cpu_of(lab.running[name].pid) for name in DAEMONS}


def memories(lab):
    return {name: round(memory_of(lab.running[name].pid), 1) for name in DAEMONS}


def wait_for(store, count, what):
    """Until so many records are there."""
    last, since = store.last, time.monotonic()
    while store.last < count:
        if store.last != last:
            last, since = store.last, time.monotonic()
        if time.monotonic() - since > GUARD:
            raise TimeoutError(f"{what}: {store.last} of {count} records are at the LEMF, and no more come")
        time.sleep(0.005)


class Run:
    """One run of the simulator; `meanwhile` is called again and again until all is at the LEMF."""

    def __init__(self, lab, store, seed, *arguments, meanwhile=lambda: None):
        self.before = store.last
        command = [BIN / "hi2-callsim", "load", "--config", lab.folder / "callsim/callsim.toml", "--seed", seed, *arguments]
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun, cpu = time.time(), cpus(lab)
        while store.last == self.before and process.poll() is None:  # tickets are got
            begun, cpu = time.time(), cpus(lab)
            meanwhile()
            time.sleep(0.005)
        while process.poll() is None:
            meanwhile()
            time.sleep(0.02)
        out, errors = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {out}{errors}")
        self.load = json.loads(out)
        self.records = self.load["events"] + min(self.load["exchanges"], self.load["calls"] + self.load["open_dialogs"])
        wait_for(store, self.before + self.records, "load")
        self.seconds = store.seen[-1][1] - begun
        self.cpu = {name: round(used - cpu[name], 2) for name, used in cpus(lab).items()}
        self.rate = self.load["events"] / self.seconds
        self.per_core = self.load["events"] / sum(self.cpu.values())

    def figures(self):
        return {"events": self.load["events"], "records": self.records, "seconds": round(self.seconds, 2),
                "events_per_second": round(self.rate), "cpu_seconds": self.cpu, "events_per_second_and_core": round(self.per_core)}


def plain_tls(lab):
    """Octets by openssl over one mutual TLS 1.3 connection with the certificates of hi2-df2: seconds, and CPU seconds of both ends."""
    port, plain = free_ports(1), lab.folder / "plain"
    files = {"-cert": "df2/tls.pem", "-key": "df2/tls.key", "-CAfile": "ca-li/ca.pem"}
    ends = ["-quiet", "-tls1_3"] + [word for option, name in files.items() for word in (option, str(lab.folder / name))]
    with open(plain, "wb") as file:
        file.truncate(BULK)
    server = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-naccept", "1", "-Verify", "2", *ends],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    time.sleep(1)  # nothing tells when it listens
    begun, came = time.monotonic(), 0
    with open(plain, "rb") as file:
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-no_ign_eof", *ends], stdin=file,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while came < BULK and (part := server.stdout.read1(1 << 20)):
        came += len(part)
    seconds, cpu = time.monotonic() - begun, cpu_of(client.pid) + cpu_of(server.pid)
    for end in (client, server):  # each of them waits for the other one
        end.kill()
        end.wait()
    if came != BULK:
        raise RuntimeError(f"openssl: {came} of {BULK} octets came")
    return seconds, cpu


def quantiles(delays):
    return {"p50_ms": round(delays[len(delays) // 2] * 1000, 1), "p99_ms": round(delays[len(delays) * 99 // 100] * 1000, 1),
            "most_ms": round(delays[-1] * 1000, 1)}


def show(name, run):
    print(f"{name:40} {run.rate:7.0f} events/s, {run.per_core:.0f} and core; CPU of {run.load['events']} events: "
          + ", ".join(f"{daemon} {used:.2f} s" for daemon, used in run.cpu.items()), flush=True)


def full_rate(lab, store, options):
    found = {}
    Run(lab, store, 1, "--rate", 0, "--calls", 300, "--tickets")  # files and caches warm
    for number, (name, more) in enumerate(KINDS.items()):
        calls = options.calls // 5 if more else options.calls
        run = Run(lab, store, 2 + number, "--rate", 0, "--calls", calls, *more)
        show("as fast as it goes, " + name, run)
        found[name] = run.figures()
    return found


def delay_of(store, run):
    found = quantiles(store.delays(run.before))
    print(f"  from event to store: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, most {found['most_ms']} ms", flush=True)
    return found


def delays(lab, store, options):
    found = {}
    for number, (name, more) in enumerate(KINDS.items()):
        run = Run(lab, store, 10 + number, "--rate", options.rate, "--seconds", options.seconds, *more)
        show(f"at {options.rate:g} events/s, {name}", run)
        found[name] = {**run.figures(), **delay_of(store, run)}
    return found


class Samples:
    """Memory over time, one sample each `every` seconds, printed each minute."""

    def __init__(self, lab, every=10):
        self.lab, self.every, self.begun, self.all = lab, every, time.monotonic(), []

    def take(self):
        now = time.monotonic() - self.begun
        if self.all and now - self.all[-1]["seconds"] < self.every:
            return
        self.add()
        if len(self.all) % 6 == 1:
            print("memory, MiB: " + json.dumps(self.all[-1]), flush=True)

    def add(self):
        """Its place."""
        self.all.append({"seconds": round(time.monotonic() - self.begun, 1), **memories(self.lab)})
        return len(self.all) - 1


def open_dialogs(lab, store, options, samples):
    plain, figures = options.open_dialogs - options.keyed_dialogs, []
    for seed, count, more in [(1, options.keyed_dialogs, ["--rate", 2500, "--tickets"]), (2, plain, ["--rate", 0])]:
        if count > 0:
            run = Run(lab, store, seed, "--seconds", 0.001, "--open-dialogs", count, *more, meanwhile=samples.take)
            show(f"{count} dialogs opened" + " with keys" * ("--tickets" in more), run)
            figures.append(run.figures())
    return figures


def talk(lab, store, options, samples):
    """Calls with keys, until the time is over."""
    ends, figures = time.monotonic() + options.minutes * 60, []
    while time.monotonic() < ends:
        seconds = min(PIECE, ends - time.monotonic())
        run = Run(lab, store, 3 + len(figures), "--rate", options.soak_rate, "--seconds", seconds, "--tickets", meanwhile=samples.take)
        show(f"{seconds:.0f} s at {options.soak_rate:g} events/s", run)
        figures.append({**run.figures(), **delay_of(store, run)})
    return figures


def soak(lab, store, options):
    samples = Samples(lab)
    samples.take()
    opened = open_dialogs(lab, store, options, samples)
    first = samples.add()
    talked = talk(lab, store, options, samples)
    samples.add()
    told = samples.all[first:]
    at = {"when the dialogs are open": told[0], "after a third": told[len(told) // 3], "in the middle": told[len(told) // 2],
          "at the end": told[-1]}
    grown = [name for name in DAEMONS if told[-1][name] > told[len(told) // 3][name] * 1.1 + 4]
    for name in DAEMONS:
        told_of = ", ".join(f"{sample[name]} {when}" for when, sample in at.items())
        print(f"memory of {name}, MiB: {told_of}" + ", not flat" * (name in grown))
    sessions = lab.metrics(DF2)["hi2_df2_sessions"]
    print(f"sessions that hi2-df2 remembers: {sessions:.0f}", flush=True)
    return {"opened": opened, "talked": talked, "memory": at, "grown": grown, "sessions": sessions, "samples": samples.all}


def compare(lab, store, found):
    """As many octets as an event is on both links: an X2 PDU and its PS-PDU are about as long."""
    octets = 2 * store.octets()
    seconds, cpu = plain_tls(lab)
    figures = {"octets": octets, "per_second": round(BULK / octets / seconds), "per_second_and_core": round(BULK / octets / cpu),
               "megabytes_per_second_and_core": round(BULK / cpu / 1e6)}
    ratio = figures["per_second_and_core"] / found["no keys"]["events_per_second_and_core"]
    print(f"{'plain TLS, openssl, in bulk':40} {figures['per_second']:7.0f} times {octets} octets/s, {figures['per_second_and_core']} and core "
          f"({figures['megabytes_per_second_and_core']} MB/s and core); an event takes {ratio:.1f} times the CPU", flush=True)
    return {**figures, "ratio": round(1 / ratio, 4)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--calls", type=int, default=10000, help="at full rate, without keys; with keys a fifth of it")
    arguments.add_argument("--rate", type=float, default=1000, help="events a second, for delays")
    arguments.add_argument("--seconds", type=float, default=20, help="for delays")
    arguments.add_argument("--minutes", type=float, help="of a soak")
    arguments.add_argument("--open-dialogs", type=int, default=100000, help="in a soak")
    arguments.add_argument("--keyed-dialogs", type=int, default=20000, help="so many of them with a ticket; tickets take time")
    arguments.add_argument("--soak-rate", type=float, default=150, help="events a second in a soak")
    arguments.add_argument("--json", help="file for all figures")
    options = arguments.parse_args()
    warrant = {"liid": "load", "xids": [xid_of("load")], "targets": ["sip:alice@home1.example"]}
    result = {"cores": os.cpu_count()}
    with Lab(warrants_toml([warrant]), 'key_timer = "60s"\n') as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        store = Store(lab.folder / "lemf/lemf.sqlite")
        store.start()
        if options.minutes:
            result["soak"] = soak(lab, store, options)
        else:
            result["full"] = full_rate(lab, store, options)
            result["plain_tls"] = compare(lab, store, result["full"])
            result["delays"] = delays(lab, store, options)
        store.ended = True
        store.join()
        lab.stop(DF2, KMS, KMS2, LEMF)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=2) + "\n")
    return 1 if result.get("soak", {}).get("grown") else 0


if __name__ == "__main__":
    sys.exit(main())
