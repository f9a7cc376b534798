#!/usr/bin/env python3
"""Every scenario of hi2-callsim through the whole system: what the LEMF has is compared with what the scenario must give."""
import collections
import hashlib
import json
import re
import subprocess
import sys

from lab import BIN, DF2, KMS, KMS2, LEMF, Lab, until, warrants_toml

TIMER = 'key_timer = "2s"\nflood_tickets = 5\n'


def scenarios():
    return json.loads(subprocess.run([BIN / "hi2-callsim", "list", "--json"], capture_output=True, check=True).stdout)


def text_of(record):
    return bytes.fromhex(record.get("sIPMessage", "")).decode("utf-8", "replace")


def correlation(record):
    return record["correlation"]["iri-to-iri"]


def kind_of(record):
    if "mediaDecryption-info" in record:
        return "keys"
    return "failure" if "mediaSecFailureIndication" in record else "event"


class Mismatch(Exception):
    pass


def expect(what, got, wanted):
    if got != wanted:
        raise Mismatch(f"{what}\n     got {got}\n  wanted {wanted}")


def check_events(records, wanted):
    """Events in their order, and the correlation numbers of their sessions."""
    expect("events", [(one["iMSevent"], text_of(one).split("\r\n")[0]) for one in records],
           [(one["event"], one["start_line"]) for one in wanted])
    sessions = {}
    for got, want in zip(records, wanted):
        number = sessions.setdefault(want["session"], correlation(got))
        expect(f"correlation of {want['start_line']}", correlation(got), number)
        if "sha256" in want and want["start_line"]:
            expect(f"message {want['start_line']}", hashlib.sha256(bytes.fromhex(got["sIPMessage"])).hexdigest(), want["sha256"].lower())
    expect("sessions have numbers of their own", len(set(sessions.values())), len(sessions))
    return sessions


def keys_of(record):
    return sorted((one["cCCSID"].lower(), one["cCDecKey"].lower(), one.get("cCSalt", "").lower()) for one in record["mediaDecryption-info"])


def check_keys(records, wanted, sessions):
    want = sorted((sessions[one["session"]], sorted((f"{cs['cs_id']:02x}", cs["key"].lower(), (cs["salt"] or "").lower()) for cs in one["crypto_sessions"]))
                  for one in wanted)
    expect("keys", sorted((correlation(one), keys_of(one)) for one in records), want)


def check_warrant(records, wanted):
    parts = collections.defaultdict(list)
    for record in records:
        parts[kind_of(record)].append(record)
    sessions = check_events(parts["event"], wanted["records"])
    check_keys(parts["keys"], wanted["keys"], sessions)
    expect("answers in part", sorted(correlation(one) for one in parts["keys"] if "mediaSecFailureIndication" in one),
           sorted(sessions[one["session"]] for one in wanted["keys"] if one["failure_too"]))
    expect("failures", sorted(correlation(one) for one in parts["failure"]), sorted(sessions[one["session"]] for one in wanted["failures"]))


def count_of(wanted):
    return len(wanted["records"]) + len(wanted["keys"]) + len(wanted["failures"])


def check_media(lab, name, expected, wanted, files):
    """The media, decrypted with what the LEMF has of one warrant."""
    ber = lab.folder / f"{wanted['liid']}.ber"
    lab.run("hi2", "lemf", "export", "--config", lab.config(LEMF), "--liid", wanted["liid"], "--out", ber)
    done = lab.run("hi2", "decrypt", "--records", ber, "--media", files["media"], "-o", lab.folder / "out.pcap", "--force", "--json", check=False)
    streams = {int(one["ssrc"], 16): one for one in map(json.loads, done.stdout.splitlines())}
    for stream, opens in zip(expected["media"], wanted["decrypts"]):
        got = streams[stream["ssrc"]]
        what = f"stream {stream['ssrc']} of {wanted['liid']}"
        if not stream["encrypted"]:
            continue
        if not opens:
            expect(f"{what}: packets that open", got["decrypted"], 0)
            continue
        expect(f"{what}: packets", (got["decrypted"], got["failedAuthentication"]), (stream["packets"], 0))
        expect(f"{what}: what was sent", payloads(lab.folder / "out.pcap", stream["ssrc"]), stream["payload_sha256"].lower())


def payloads(pcap, ssrc):
    """SHA-256 of the RTP payloads of a stream, as tshark reads them."""
    fields = subprocess.run(["tshark", "-r", pcap, "-d", "udp.port==1-65535,rtp", "-Y", f"rtp.ssrc=={ssrc}", "-T", "fields", "-e", "rtp.payload"],
                            capture_output=True, text=True, check=True).stdout
    return hashlib.sha256(bytes.fromhex(fields.replace(":", "").replace("\n", ""))).hexdigest()


def counted(lab, name, outcome=None):
    """How often each reason was counted; `outcome`: only those with it."""
    reasons = collections.Counter()
    for key, value in lab.metrics(DF2).items():
        if key.startswith(name + "{") and (outcome is None or f'outcome="{outcome}"' in key):
            reasons[re.search('reason="([^"]*)"', key).group(1)] += int(value)
    return reasons


def failures(lab):
    return counted(lab, "hi2_df2_keys_total", outcome="failed")


def alarms(lab):
    return counted(lab, "hi2_security_events_total")


def run_one(lab, scenario):
    name = scenario["name"]
    files = {"expect": lab.folder / f"{name}.json", "media": lab.folder / f"{name}.pcap"}
    failed, alarmed = failures(lab), alarms(lab)
    lab.callsim("run", name, "--expect", files["expect"], "--media", files["media"])
    expected = json.loads(files["expect"].read_text())
    for wanted in expected["warrants"]:
        until(f"{name}: {count_of(wanted)} records for {wanted['liid']}", lambda: len(lab.records(wanted["liid"])) >= count_of(wanted))
        check_warrant(lab.records(wanted["liid"]), wanted)
        if expected["media"]:
            check_media(lab, name, expected, wanted, files)
    signals = {signal for wanted in expected["warrants"] for signal in wanted["signals"]}
    reasons = collections.Counter(one["reason"] for wanted in expected["warrants"] for one in wanted["failures"])
    if "target" in signals - set(reasons):
        reasons["target"] += 1  # the KMS refuses as well what has its failure record already
    until(f"{name}: reasons of failures", lambda: failures(lab) - failed == reasons)
    expect("alarms", set(alarms(lab) - alarmed), signals)


def run_group(group, through_stub, mode):
    first = group[0]
    gateways = sorted({host for one in group for host in one["df2"]["gateways"]})
    pipeline = TIMER + f"gateways = {json.dumps(gateways)}\n"
    if first["df2"]["allow_unprotected"]:
        pipeline += "allow_unprotected = true\n"
    warrants = warrants_toml([warrant for one in group for warrant in one["warrants"]])
    failed = 0
    with Lab(warrants, pipeline, through_stub) as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        stub = start_stub(lab, mode) if through_stub else None
        try:
            for scenario in group:
                try:
                    run_one(lab, scenario)
                    print(f"ok      {scenario['name']}", flush=True)
                except (Mismatch, RuntimeError, TimeoutError, KeyError, ValueError) as error:
                    failed += 1
                    print(f"FAILED  {scenario['name']}: {type(error).__name__}: {error}", flush=True)
            lab.stop(DF2, KMS, KMS2, LEMF)
            if failed:
                print(lab.log(DF2)[-6000:])
        finally:
            if stub:
                stub.kill()
                stub.wait()
    return failed


def start_stub(lab, mode):
    command = [BIN / "hi2-callsim", "xk-stub", "--mode", mode, "--config", lab.folder / "callsim/callsim.toml"]
    if mode == "slow":
        command += ["--delay", "2500ms"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(lab.folder / "stub.log", "w"))


def main():
    wanted = sys.argv[1:]
    groups = collections.defaultdict(list)
    for scenario in scenarios():
        if not wanted or scenario["name"] in wanted:
            groups[(scenario["xk_stub"] or "", scenario["df2"]["allow_unprotected"], bool(scenario["df2"]["gateways"]))].append(scenario)
    failed = sum(run_group(group, bool(key[0]), key[0]) for key, group in sorted(groups.items()))
    passed = sum(map(len, groups.values())) - failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
