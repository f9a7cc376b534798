#!/usr/bin/env python3
"""Writes the cases below decode, get_keys, exchange and worked. Every run gives the same files; each case is checked as it is written.

usage: python3 tests/data/mikey/make.py
"""
import importlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from mikeyref import check  # noqa: E402

FOLDERS = {"get_keys": ["given", "given_more", "refused", "refused_more", "identities", "edges", "updated"],
           "decode": ["decoded", "malformed"], "exchange": ["exchanged"], "worked": ["worked_sets"]}


def write_folder(folder, modules):
    (HERE / folder).mkdir(exist_ok=True)
    stale = {path.stem for path in (HERE / folder).glob("*.json")}
    seen = set()
    for module in modules:
        for case in importlib.import_module(f"cases.{module}").all():
            wrong = check.differences(case)
            if wrong or case["id"] in seen:
                sys.exit(f"{folder}/{case['id']}: {'; '.join(wrong) or 'twice'}")
            seen.add(case["id"])
            (HERE / folder / f"{case['id']}.json").write_text(json.dumps(case, indent=1) + "\n")
    for name in stale - seen:
        (HERE / folder / f"{name}.json").unlink()
    return seen


def main():
    names = [name for folder, modules in FOLDERS.items() for name in write_folder(folder, modules)]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"ids in two folders: {sorted(twice)}")
    print(f"{len(names)} cases")


if __name__ == "__main__":
    main()
