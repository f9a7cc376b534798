#!/usr/bin/env python3
"""Nothing lost when something is away, full, slow, stopped or reloaded.

The environment says where the losing file system is: HI2_LOSING_VFS (tests/support/losing_vfs.hpp).
"""
import datetime
import glob
import os
import signal
import sys
import time

from lab import BIN, DF2, HI2, HI2_2, KMS, KMS2, LEMF, LEMF2, PAGES, Lab, run_tests, until, warrants_toml
from load import EVENTS_OF_A_CALL, check, check_and_empty, end_load, load_warrant, start_load

KEYS = 'key_timer = "60s"\n'
VFS = os.environ.get("HI2_LOSING_VFS", str(BIN / "libhi2_losing_vfs.so"))


def a_lab(change=None, **warrant):
    return Lab(warrants_toml([{**load_warrant(), **warrant}]), KEYS, change=change)


def a_day_ahead():
    """Environment of a daemon whose wall clock is a day ahead; its timers run as they do."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": library[0], "FAKETIME": "+1d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def lemf_away_for_a_day():
    with a_lab() as lab:
        lab.start(KMS, KMS2, DF2)
        end_load(start_load(lab, 20))
        until("keys", lambda: lab.metrics(DF2)["hi2_df2_keys_open"] == 0)
        lab.stop(DF2)
        lab.environment = {DF2: a_day_ahead(), LEMF: a_day_ahead()}
        lab.start(DF2)
        metrics = lab.metrics(DF2)
        assert metrics["hi2_df2_spool_entries"] == 20 * (EVENTS_OF_A_CALL + 1), metrics["hi2_df2_spool_entries"]
        assert metrics["hi2_df2_spool_oldest_seconds"] > 86000, metrics["hi2_df2_spool_oldest_seconds"]
        lab.start(LEMF)
        check_and_empty(lab, 20)
        lab.stop(DF2, LEMF, KMS, KMS2)


def full_spool(lab):
    """An alarm in the metrics, in the health and in the log."""
    until("the spool is full", lambda: lab.metrics(DF2)["hi2_df2_spool_failing"] == 1)
    assert lab.alarms(DF2, "disk_full") == 1
    assert "the spool can't be written, X2 is not read" in lab.health(DF2), lab.health(DF2)
    assert "reason=disk_full" in lab.log(DF2)


def recovered(lab):
    assert lab.metrics(DF2)["hi2_df2_spool_failing"] == 0
    until("fine", lambda: lab.health(DF2) == "fine\n")
    assert "the spool can be written again" in lab.log(DF2)


def spool_at_its_size():
    """More than the spool may hold, in one burst: it goes on when the LEMF has taken something."""
    with a_lab(lambda lab: lab.edit(DF2, "[spool]\n", '[spool]\nmax_size = "300KiB"\n')) as lab:
        lab.start(KMS, KMS2, DF2)
        load = start_load(lab, 100)
        full_spool(lab)
        lab.start(LEMF)
        end_load(load)
        check_and_empty(lab, 100)
        recovered(lab)
        lab.stop(DF2, LEMF, KMS, KMS2)


def on_a_full_disk(lab, name):
    full = lab.folder / f"{name}.full"
    lab.environment = {name: {"LD_PRELOAD": VFS, "HI2_LOSING_VFS_FULL": str(full)}}
    return full


def full_disk_of_df2():
    with a_lab() as lab:
        full = on_a_full_disk(lab, DF2)
        lab.start(LEMF, KMS, KMS2, DF2)
        load = start_load(lab, 60, 300)
        until("first events", lambda: lab.metrics(DF2).get("hi2_df2_events_total", 0) > 20)
        full.touch()
        full_spool(lab)
        full.unlink()
        end_load(load)
        check_and_empty(lab, 60)
        recovered(lab)
        lab.stop(DF2, LEMF, KMS, KMS2)


def full_disk_of_lemf():
    with a_lab() as lab:
        full = on_a_full_disk(lab, LEMF)
        lab.start(LEMF, KMS, KMS2, DF2)
        load = start_load(lab, 60, 300)
        until("first events", lambda: lab.metrics(LEMF)["hi2_lemf_items"] > 20)
        full.touch()
        until("the disk is full", lambda: lab.metrics(LEMF).get("hi2_lemf_store_failures_total", 0) > 0)
        assert "the disk is full: nothing is taken" in lab.health(LEMF), lab.health(LEMF)
        assert "critical the disk is full" in lab.log(LEMF)
        end_load(load)  # the spool takes it
        assert lab.metrics(DF2)["hi2_df2_spool_entries"] > 0
        full.unlink()
        check_and_empty(lab, 60)
        until("fine", lambda: lab.health(LEMF) == "fine\n")
        lab.stop(DF2, LEMF, KMS, KMS2)


def add_second_lemf(lab):
    """Beside the first one, with its certificate and its key."""
    folder = lab.folder / LEMF2
    folder.mkdir(mode=0o700)
    port = {name: f"127.0.0.1:{lab.first + offset}" for name, offset in {"hi2": HI2, "page": PAGES[LEMF], "hi2_2": HI2_2, "page_2": PAGES[LEMF2]}.items()}
    text = lab.config(LEMF).read_text().replace(port["hi2"], port["hi2_2"]).replace(port["page"], port["page_2"])
    lab.config(LEMF2).write_text(text.replace('"./tls', '"../lemf/tls'))
    lab.config(LEMF2).chmod(0o600)
    lab.run("hi2-lemf", "--config", lab.config(LEMF2), "init")
    config = lab.config(DF2).read_text()
    delivery = config[config.index("[[delivery]]") : config.index("[metrics]")]
    lab.edit(DF2, "[metrics]", delivery.replace('"agency"', '"other"').replace(port["hi2"], port["hi2_2"]) + "[metrics]")


def two_lemfs_and_one_stands_still():
    connected = 'hi2_df2_lemf_connected{destination="%s"}'
    with a_lab(add_second_lemf, deliver_to=["agency", "other"]) as lab:
        lab.start(LEMF, LEMF2, KMS, KMS2, DF2)
        until("both are connected", lambda: all(lab.metrics(DF2).get(connected % name) == 1 for name in ("agency", "other")))
        lab.signal(LEMF2, signal.SIGSTOP)
        begun = time.monotonic()
        end_load(start_load(lab, 40))
        check(lab, 40)
        assert lab.metrics(DF2)[connected % "other"] == 1, "the one that stands still holds up the other until it is taken for dead"
        until("it is taken for dead", lambda: lab.metrics(DF2)[connected % "other"] == 0)
        took = time.monotonic() - begun
        assert took < 11, f"it took {took:.1f} s"  # 10 s of silence behind the load, which took less than a second
        assert lab.metrics(DF2)[connected % "agency"] == 1
        lab.signal(LEMF2, signal.SIGCONT)
        check(lab, 40, LEMF2)
        lab.stop(DF2, LEMF, LEMF2, KMS, KMS2)


def reload_under_load():
    other = {"liid": "other", "xids": ["0b7f5d2e-41f5-4ee6-8a4d-0e2c4f7a9c11"], "targets": ["sip:carol@home1.example"]}
    with a_lab() as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        load = start_load(lab, 60, 200)
        until("first events", lambda: lab.metrics(DF2).get("hi2_df2_events_total", 0) > 20)
        for number in range(6):
            lab.set_warrants(warrants_toml([load_warrant()] + [other] * (number % 2 == 0)))
        (lab.folder / DF2 / "warrants.toml").write_text("[[warrant]]\nliid = 'x y'\n")  # wrong: all stays as it was
        lab.reload(DF2)
        assert load.poll() is None, "the load ended before the reloads"
        sent = end_load(load)
        assert sent["connections"] == 1 and sent["resent"] == 0, sent
        assert lab.log(DF2).count(" reloaded\n") == 6 and "not reloaded" in lab.log(DF2)
        assert lab.metrics(DF2)['hi2_df2_warrants{state="all"}'] == 1
        check_and_empty(lab, 60)
        lab.stop(DF2, LEMF, KMS, KMS2)


def clean_stop_in_mid_load():
    with a_lab() as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        load = start_load(lab, 100, 300)
        for name in (DF2, LEMF, KMS, DF2):
            time.sleep(0.3)
            lab.stop(name)
            lab.start(name)
        assert load.poll() is None, "the load ended before the stops"
        end_load(load)
        check_and_empty(lab, 100)
        lab.stop(DF2, LEMF, KMS, KMS2)


def a_warrant_expires_by_itself():
    with a_lab() as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        lab.set_warrants(warrants_toml([load_warrant()], valid_until=ends.strftime("%Y-%m-%dT%H:%M:%SZ")))
        end_load(start_load(lab, 5, seed=1))
        check_and_empty(lab, 5)
        until("no warrant is valid", lambda: lab.metrics(DF2)['hi2_df2_warrants{state="valid"}'] == 0)
        end_load(start_load(lab, 5, seed=2))
        until("events without a valid warrant", lambda: lab.metrics(DF2).get('hi2_df2_signals_total{reason="not_valid"}', 0) >= 5 * EVENTS_OF_A_CALL)
        check_and_empty(lab, 5)
        assert lab.metrics(LEMF)["hi2_lemf_items"] == 5 * (EVENTS_OF_A_CALL + 1)
        lab.stop(DF2, LEMF, KMS, KMS2)


if __name__ == "__main__":
    sys.exit(run_tests([lemf_away_for_a_day, spool_at_its_size, full_disk_of_df2, full_disk_of_lemf, two_lemfs_and_one_stands_still, reload_under_load,
                        clean_stop_in_mid_load, a_warrant_expires_by_itself]))
