"""Records what DVC's YAML writer (ruamel.yaml) makes of values and edits: build/test-env/bin/python test/golden/dvc-yaml/record.py

Values are written as JSON with numbers apart: {"f": repr} a float, {"i": text} an integer, {"m": [[key, value], ...]} a mapping.
"""
import copy, json, os, random
from dvc.utils.collections import apply_diff
from dvc.utils.serialize import dumps_yaml, parse_yaml, parse_yaml_for_update

here = os.path.dirname(os.path.abspath(__file__))
rng = random.Random(20240607)


def encode(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return {"f": repr(value)}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, dict):
        return {"m": [[encode(k), encode(v)] for k, v in value.items()]}
    return [encode(item) for item in value]


PIECES = ["a", "word", "x" * 20, "y" * 75, " ", "  ", ": ", ":", " #", "#", "-", "- ", "'", '"', "\\", "\t", "\n", "{", "}", "[", "]", ",",
          "&", "*", "!", "|", ">", "%", "@", "`", "?", "=", "~", "ü", "😀", "\x07", "\u00a0", "\ufeff", "0", "1", "1e3", "true", "null", "--flag", "<<", "...", "---"]
SCALARS = [None, True, False, 0, 1, -7, 10**30, 1.0, -0.0, 1e-05, 1e16, 0.1, 123456.789, float("inf"), float("-inf"), "", "yes", "off", "1:30", "2020-01-01", "0x1F", "014", "1_000", ".5", "~", "="]


def text():
    return "".join(rng.choice(PIECES) + rng.choice(["", "", " "]) for _ in range(rng.randint(1, 14)))


def value(depth):
    kind = rng.random()
    if depth > 0 and kind < 0.25:
        return [value(depth - 1) for _ in range(rng.randint(0, 3))]
    if depth > 0 and kind < 0.5:
        return {(text()[:60] if rng.random() < 0.3 else f"key{i}"): value(depth - 1) for i in range(rng.randint(0, 3))}
    return rng.choice(SCALARS) if kind < 0.65 else text()


emitted = []
while len(emitted) < 250:
    data = {f"k{i}": value(3) for i in range(rng.randint(1, 4))}
    if rng.random() < 0.1:
        shared = {"x": 1, "y": [2]}
        data["one"], data["two"] = shared, [shared]
    yaml = dumps_yaml(data)
    # ruamel breaks some double-quoted texts when it folds them: nobody can read those back
    emitted.append({"value": encode(data), "shared": "one" in data, "yaml": yaml, "sound": parse_yaml(yaml, "x") == data})
json.dump(emitted, open(f"{here}/emit.json", "w"), ensure_ascii=True, indent=0)

TEXTS = [
    '# top comment\nstages:\n    # about s\n    s:\n        cmd: "echo hi"   # the command\n        deps:\n            - a   # first\n            - b\n\n            # before c\n            - c\n        outs: [x, y]\n        labels: {a: 1, b: [2, 3]}\n    t:\n        cmd: |\n            line one\n            line two\n        meta: {x: 0x1F, y: 1e3, z: \'2.0\', w: 1_000}\n\n# end comment\n',
    "base: &b\n  x: 1\n  y: [1, 2]\nd:\n  <<: *b\n  z: 2\ne: *b\n",
    "a:\n- 1\n-\n  - 2\n  - 3\n- - 4\n  - x: 1\n- null\nb: ~\nc: \"a\\tb\"\n'it''s': 'q: x'\n",
    "stages:\n\n  s1:   # c1\n    cmd: echo\n    # own line\n    deps:   # c2\n    - a\n\n  s2:\n    cmd: echo 2\n\n\n  s3:\n    cmd: >-\n      some long\n      text\n    frozen: true\n",
    "a: 1\nb:\n  c: 2\n  d:\n  - x\n\n# end after scalar\n\n",
    "# only\nstages: {}\n",
    'outs:\n- md5: abc   # hash\n  size: 6\n  path: a.txt\n  desc: "my data"   # why\n',
]


def add(data):
    data.setdefault("stages", {})["new"] = {"cmd": "echo new", "deps": ["p", "q"]}


def change(data):
    for top in data.values():
        for inner in top.values() if isinstance(top, dict) else []:
            if isinstance(inner, dict) and "cmd" in inner:
                inner["cmd"] = "changed it"
                inner["frozen"] = True


def shorten(data):
    for top in data.values():
        for inner in top.values() if isinstance(top, dict) else []:
            if isinstance(inner, dict) and isinstance(inner.get("deps"), list):
                inner["deps"].append("zzz")
            if isinstance(inner, dict) and isinstance(inner.get("outs"), list):
                inner["outs"][0] = "changed"


def remove(data):
    first = next(iter(data))
    if isinstance(data[first], dict) and first == "stages" and data[first]:
        del data[first][next(iter(data[first]))]
    else:
        data["n"] = 1


edited = []
for source in TEXTS:
    for edit in (lambda data: None, add, change, shorten, remove):
        wanted = copy.deepcopy(parse_yaml(source, "x"))
        edit(wanted)
        target = parse_yaml_for_update(source, "x")
        apply_diff(wanted, target)
        edited.append({"text": source, "value": encode(wanted), "edited": dumps_yaml(target)})
json.dump(edited, open(f"{here}/edit.json", "w"), ensure_ascii=True, indent=0)
