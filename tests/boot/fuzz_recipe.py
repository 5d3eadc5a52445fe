#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random argument strings through mkboot to a kernel and back.

  fuzz_recipe.py recipe SEED COUNT PROTOCOL KERNEL MODULE > fuzz.json
  fuzz_recipe.py compare SEED COUNT SERIAL-LOG
"""
import json
import random
import sys

ALPHABET = "''\"\"\\\\$$  \t`#;{}()|&<>*?~!=@%^,.:/-_abXYZ019" + "éß日🙂"


def strings(seed, count):
    rng = random.Random(seed)
    return ["".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 40))) for _ in range(count + 2)]


def recipe(seed, count, protocol, kernel, module):
    title, args, *rest = strings(seed, count)
    return {"name": "fuzz", "menu": {"timeout": 0, "entries": [
        {"title": title.replace("\t", "T"), "kernel": kernel, "protocol": protocol, "args": args,
         "modules": [{"file": module, "args": a} for a in rest]}]},
        "outputs": ["iso"], "test": {"expect": "demo: done", "exit": 33, "timeout": 60, "memory": 128}}


def compare(seed, count, log):
    with open(log, "rb") as f:
        text = f.read().replace(b"\r\n", b"\n")
    _, args, *rest = strings(seed, count)
    wanted = [b"\ncommand line: [" + args.encode() + b"]\n"]
    wanted += [b"\nmodule %d: [" % i + a.encode() + b"] length " for i, a in enumerate(rest)]
    missing = [w for w in wanted if w not in text]
    for w in missing:
        print("did not arrive:", w)
    print(f"{len(wanted) - len(missing)} of {len(wanted)} arrived")
    return 1 if missing else 0


if sys.argv[1] == "recipe":
    json.dump(recipe(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:7]), sys.stdout)
else:
    sys.exit(compare(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
