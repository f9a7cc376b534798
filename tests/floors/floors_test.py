"""Plants breaches of the floors in a copy of the sources, one at a time, and expects .ci/floors to name the file and line."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

# What is planted, where, and what must be said about it. The line is put first, so the breach is in line 1.
CASES = [
    ("an arrow that runs up", "src/ber/tlv.cpp", '#include "hi2/record.hpp"', "ber includes hi2/record.hpp: it may see base"),
    ("an arrow up from the ground", "src/base/bytes.hpp", '#include "ber/tlv.hpp"', "base includes ber/tlv.hpp: it may see no room"),
    ("the same in angle brackets", "src/schema/walk.cpp", "#include <capture/reader.hpp>", "schema includes capture/reader.hpp"),
    ("the same with spaces", "src/schema/walk.cpp", '  #  include "capture/reader.hpp"', "schema includes capture/reader.hpp"),
    ("a header without its room", "src/ber/tlv.cpp", '#include "tlv.hpp"', "write it with its room"),
    ("a header that is not there", "src/hi2/record.cpp", '#include "hi2/nowhere.hpp"', "no such header below src"),
    ("a way round the room", "src/ber/tlv.cpp", '#include "../hi2/record.hpp"', "no such header below src"),
    ("a private header of another room", "src/hi2/record.cpp", '#include "schema/content_impl.hpp"', "private to its room"),
    ("a private header in a program", "tools/hi2/main.cpp", '#include "schema/content_impl.hpp"', "private to its room"),
    ("generated code in another room", "src/hi2/record.cpp", "#include <constr_TYPE.h>", "only schema includes it"),
    ("a generated type in another room", "src/capture/form.cpp", '#include "UmtsIRIContent.h"', "only schema includes it"),
    ("our tables in a program", "tools/hi2/main.cpp", "#include <hi2kit_tables.h>", "is generated"),
    ("generated code in a public header", "src/schema/walk.hpp", "#include <asn_application.h>", "only schema/asn1c.hpp"),
    ("a file on floor 3", "src/hi2/record.cpp", "#include <fstream>", "takes octets and gives values"),
    ("a library beyond its wall", "src/ber/tlv.cpp", "#include <openssl/evp.h>", "only for crypto and net"),
    ("XML beyond its wall", "src/hi2/record.cpp", "#include <libxml/tree.h>", "only for schema and xk"),
]


def complaints(top):
    run = subprocess.run([sys.executable, top / ".ci/floors", top], capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


def expect(what, good, detail):
    print("ok  " if good else "FAIL", what, "" if good else "\n" + detail)
    return good


def plant(top, case):
    what, name, line, wanted = case
    path = top / name
    before = path.read_text(encoding="utf-8")
    path.write_text(line + "\n" + before, encoding="utf-8")
    code, said = complaints(top)
    path.write_text(before, encoding="utf-8")
    return expect(what, code == 1 and said.startswith(f"{name}:1: ") and wanted in said and said.count("\n") == 1, said)


def edit_build(top, old, new, wanted, what):
    path = top / "src/CMakeLists.txt"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    code, said = complaints(top)
    path.write_text(before, encoding="utf-8")
    return expect(what, old in before and code == 1 and "src/CMakeLists.txt:" in said and wanted in said, said)


def main():
    source = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder).resolve()
        shutil.copytree(source / ".ci", top / ".ci")
        for part in ("src", "tools"):
            shutil.copytree(source / part, top / part)
        code, said = complaints(top)
        good = [expect("the tree as it is", code == 0, said)]
        good += [plant(top, case) for case in CASES]
        good.append(edit_build(top, "hi2kit_room(ber SOURCES", "hi2kit_room(ber SEES hi2 SOURCES", "room ber says SEES", "a SEES that runs up"))
        good.append(edit_build(top, "hi2kit_room(ber", "hi2kit_room(attic", "attic is not in the table", "a room of no floor"))
        (top / "src/attic").mkdir()
        (top / "src/attic/box.cpp").write_text("", encoding="utf-8")
        code, said = complaints(top)
        good.append(expect("a folder that is no room", code == 1 and "src/attic has no hi2kit_room()" in said, said))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
