#!/usr/bin/env python3
"""Writes the cases of this folder with an implementation of its own, so that the engine and the
cases cannot share a mistake. Needs libxxhash. Run it only to add cases: a changed answer of an old
case is a change that moves users."""
import ctypes
import ctypes.util
import datetime
import ipaddress
import itertools
import json
import re

xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash"))
xxhash.XXH3_64bits_withSeed.restype = ctypes.c_uint64
xxhash.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
NOW = "2026-06-01T00:00:00Z"
MISSING = object()


def xxh3(text, seed=0):
    data = text.encode()
    return xxhash.XXH3_64bits_withSeed(data, len(data), seed)


def point(salt, unit):
    return xxh3(unit, xxh3(salt))


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool) and a == b
    return type(a) is type(b) and a == b or is_number(a) and is_number(b) and a == b


VERSION = re.compile(r"[vV]?(0|[1-9]\d{0,17})(?:\.(0|[1-9]\d{0,17}))?(?:\.(0|[1-9]\d{0,17}))?"
                     r"(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-]"
                     r"[0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?", re.ASCII)


def version(text):
    match = VERSION.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    core = tuple(int(match[i] or 0) for i in (1, 2, 3))
    if match[4] is None:
        return core, (1,)
    parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in match[4].split("."))
    return core, (0, parts)


def time(text):
    if not isinstance(text, str):
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", text):
        return None
    try:
        if len(text) == 10:
            text += "T00:00:00Z"
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def time_operand(text):
    match = re.fullmatch(r"now(?:([+-]\d+)([dhms]))?", text)
    if not match:
        return time(text)
    step = {"d": 86400, "h": 3600, "m": 60, "s": 1}[match[2]] if match[2] else 0
    return time(NOW) + int(match[1] or 0) * step * 1000


def address(text):
    try:
        return ipaddress.ip_address(text) if isinstance(text, str) and "%" not in text else None
    except ValueError:
        return None


def in_network(a, networks):
    networks = networks if isinstance(networks, list) else [networks]
    if a.version == 6 and a.ipv4_mapped:
        a = a.ipv4_mapped
    return any(a in ipaddress.ip_network(n, strict=False) for n in networks)


def compare(relation, a, low, high=None):
    return {"at_least": lambda: a >= low, "at_most": lambda: a <= low, "less_than": lambda: a < low,
            "greater_than": lambda: a > low, "equals": lambda: a == low,
            "not_equals": lambda: a != low, "between": lambda: low <= a <= high,
            "not_between": lambda: not low <= a <= high}[relation]()


def listed(x):
    return x if isinstance(x, list) else [x]


def ask(operator, seen, operand, nocase=False):
    """The meaning of an operator, as docs/targeting.md tells it."""
    if operator == "exists":
        return (seen is not MISSING and seen is not None) == operand
    if seen is MISSING or seen is None:
        return False
    fold = (lambda t: lower(t) if nocase and isinstance(t, str) else t)
    if operator in ("equals", "not_equals"):
        return same(fold(seen), fold(operand)) == (operator == "equals")
    if operator in ("in", "not_in"):
        return any(same(fold(seen), fold(x)) for x in operand) == (operator == "in")
    base = operator[4:] if operator.startswith("not_") else operator
    wanted = base == operator
    if base in ("contains", "starts_with", "ends_with"):
        if not isinstance(seen, str):
            return False
        how = {"contains": lambda s, p: p in s, "starts_with": str.startswith,
               "ends_with": str.endswith}[base]
        return any(how(fold(seen), fold(p)) for p in listed(operand)) == wanted
    if base in ("at_least", "at_most", "less_than", "greater_than", "between"):
        return is_number(seen) and compare(operator, seen, *listed(operand))
    if operator == "modulo":
        return is_number(seen) and seen == int(seen) and int(seen) % operand[0] == operand[1]
    if operator.startswith("version_"):
        v = version(seen)
        return v is not None and compare(operator[8:], v, *[version(x) for x in listed(operand)])
    if operator in ("before", "after", "between_times"):
        t = time(seen)
        how = {"before": "less_than", "after": "greater_than", "between_times": "between"}[operator]
        return t is not None and compare(how, t, *[time_operand(x) for x in listed(operand)])
    if operator.startswith("contains_"):
        if not isinstance(seen, list):
            return False
        has = [fold(p) in [fold(x) for x in seen if isinstance(x, str)] for p in operand]
        return {"any": any(has), "all": all(has), "none": not any(has)}[operator[9:]]
    if operator.startswith("size_"):
        return isinstance(seen, (list, dict)) and compare(operator[5:], len(seen), operand)
    if base == "in_network":
        a = address(seen)
        return a is not None and in_network(a, operand) == wanted
    raise KeyError(operator)


def operator_cases():
    everything = [MISSING, None, True, False, 0, -1, 5, 5.5, 21, "", "pro", "Pro", "PROFESSIONAL",
                  "5", "true", "größe", "日本", [], ["pro"], ["pro", "team"], [5], {}, {"pro": 1}]
    texts = everything
    rows = []

    def table(operators, seen, operands, nocase=(False,)):
        for operator, operand, fold, value in itertools.product(operators, operands, nocase, seen):
            rows.append((operator, operand, fold, value))

    table(["equals", "not_equals"], everything, ["pro", 5, 5.5, True, False])
    table(["equals", "not_equals"], ["pro", "PRO", "prö", "", 5], ["pRo", ""], (True,))
    table(["in", "not_in"], everything, [["pro", "team", "größe"], [5, 5.5, 0], []])
    table(["in", "not_in"], ["PRO", "Team", "x"], [["pro", "team"]], (True,))
    table(["contains", "not_contains", "starts_with", "not_starts_with", "ends_with",
           "not_ends_with"], texts, ["pro", ["e", "本"]])
    table(["contains", "starts_with", "ends_with"], ["PROFESSIONAL", "APRO", "", "Pr"],
          ["pro", "ONAL"], (True,))
    table(["at_least", "at_most", "less_than", "greater_than"],
          [MISSING, None, "5", True, [5], 4, 5, 6, 4.999999, 5.000001, -5], [5])
    table(["between", "not_between"], [MISSING, "5", 1, 2, 3.5, 5, 5.01, -9], [[2, 5]])
    table(["modulo"], [MISSING, "4", 0, 4, 7, 10, -3, 4.5, 1e15], [[4, 0], [7, 3], [1, 0]])
    versions = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                "1.0.0", "1.0.0+build.7", "v1.0", "1", "1.2.0", "1.10.0", "2.0.0", "1.01.0",
                "1.0.0-01", "1.0.", "1.2.3.4", "", "abc", 1, MISSING]
    table(["version_at_least", "version_at_most", "version_less_than", "version_greater_than",
           "version_equals", "version_not_equals"], versions, ["1.0.0", "1.0.0-beta.2"])
    table(["version_between"], versions, [["1.0.0-beta.2", "1.2.0"]])
    moments = ["2026-05-31T23:59:59.999Z", "2026-06-01", "2026-06-01T00:00:00Z",
               "2026-06-01T02:00:00+02:00", "2026-06-01T00:00:00.001Z", "2026-05-25T00:00:00Z",
               "2026-13-01", "2026-02-30", "yesterday", "", 1780272000000, MISSING]
    table(["before", "after"], moments, ["2026-06-01T00:00:00Z", "now", "now-7d", "now+12h"])
    table(["between_times"], moments, [["2026-05-25", "2026-06-01"], ["now-7d", "now"]])
    lists = [MISSING, "pro", [], ["pro"], ["a", "pro", "b"], ["Pro"], [1, "team"], ["team", "pro"],
             {"pro": 1}]
    table(["contains_any", "contains_all", "contains_none"], lists, [["pro", "team"], ["pro"], []],
          (False, True))
    table(["size_equals", "size_at_least", "size_at_most"],
          [MISSING, "ab", [], [1], [1, 2], [1, 2, 3], {}, {"a": 1, "b": 2}], [0, 2])
    addresses = ["192.0.2.1", "192.0.2.255", "192.0.3.0", "::ffff:192.0.2.7", "2001:db8::1",
                 "2001:db9::1", "2001:DB8:0:0:0:0:0:9", "256.1.1.1", "1.2.3", "01.2.3.4", ":::", "",
                 "192.0.2.1:80", "fe80::1%eth0", 5, MISSING]
    table(["in_network", "not_in_network"], addresses,
          ["192.0.2.0/24", ["2001:db8::/32", "192.0.3.0"], "0.0.0.0/0", "::/0"])
    table(["exists"], everything, [True, False])
    for number, (operator, operand, fold, seen) in enumerate(rows, 1):
        case = {"name": f"{operator}-{number}", "operator": operator, "operand": operand}
        if fold:
            case["ignore_case"] = True
        if seen is not MISSING:
            case["seen"] = seen
        case["expect"] = ask(operator, seen, operand, fold)
        yield case


def shares(weights):
    total, whole = sum(weights), 1 << 32
    slots = [w * whole // total for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(weights[i] * whole % total), i))
    for i in order[:whole - sum(slots)]:
        slots[i] += 1
    return slots


class SlotMap:
    """Intervals of slots by owner; None is free."""

    def __init__(self):
        self.parts = [(0, 1 << 32, None)]

    def owned(self, owner):
        return sum(end - start for start, end, who in self.parts if who == owner)

    def move(self, giver, taker, slots, highest):
        result = []
        parts = reversed(self.parts) if highest else self.parts
        for start, end, who in parts:
            take = min(slots, end - start) if who == giver else 0
            slots -= take
            cut = end - take if highest else start + take
            low, high = (who, taker) if highest else (taker, who)
            pieces = [(start, cut, low), (cut, end, high)]
            result += reversed(pieces) if highest else pieces
        self.parts = sorted(p for p in result if p[0] < p[1])

    def change(self, names, slots):
        for name, want in zip(names, slots):
            if self.owned(name) > want:
                self.move(name, None, self.owned(name) - want, True)
        for name, want in zip(names, slots):
            self.move(None, name, want - self.owned(name), False)

    def find(self, slot):
        return next(who for start, end, who in self.parts if start <= slot < end)


UNITS = ["u1", "user-42", "a", "", "größe", "日本語", "😀", "  spaces  ", "0190a000-0000-7000-8000-000000000001",
         "x" * 64, "anna@example.org", "7", "-1", "null", "\u0000", "é", "e\u0301", "U1"]


def bucketing_cases():
    for salt in ["checkout:split", "", "größe:percentage", "0190a000:coverage", "layer:layer"]:
        for unit in UNITS:
            p = point(salt, unit)
            yield {"name": f"point-{len(salt)}-{UNITS.index(unit)}", "salt": salt, "unit": unit,
                   "point": f"{p:016x}", "slot": p >> 32}


def split_cases():
    histories = [
        [{"control": 50, "treatment": 50}], [{"a": 33.3, "b": 33.3, "c": 33.4}],
        [{"control": 50, "treatment": 50}, {"control": 20, "treatment": 80}],
        [{"control": 90, "treatment": 10}, {"control": 50, "treatment": 50}],
        [{"control": 50, "treatment": 50}, {"control": 40, "third": 20, "treatment": 40}],
        [{"a": 25, "b": 25, "c": 50}, {"a": 50, "c": 50}],
        [{"control": 50, "treatment": 50}, {"control": 0, "treatment": 100},
         {"control": 50, "treatment": 50}],
        [{"a": 10, "b": 20, "c": 30, "d": 40}, {"a": 40, "b": 30, "c": 20, "d": 10},
         {"a": 25, "b": 25, "c": 25, "d": 25}]]
    for number, phases in enumerate(histories, 1):
        names = sorted({name for phase in phases for name in phase})
        slot_map = SlotMap()
        for phase in phases:
            weights = [round(phase.get(name, 0) * 10**9) for name in names]
            slot_map.change(names, shares(weights))
        for i in range(20):
            unit = f"unit-{i}"
            slot = point(f"salt-{number}:split", unit) >> 32
            yield {"name": f"split-{number}-{i}", "salt": f"salt-{number}", "phases": phases,
                   "unit": unit, "expect": slot_map.find(slot)}


VARIANTS = [{"name": "control"}, {"name": "treatment", "configuration": {"size": 2}}]
# What stops an experiment, in the order in which it is asked: reason, change, how to bring it on.
STOPS = ["not_running", "outside_dates", "override", "no_unit", "holdout", "sticky", "paused",
         "excluded", "targeting", "coverage"]


def experiment_case(number, stops):
    """An experiment to which all the `stops` apply at once: the first of them decides."""
    experiment = {"id": "e-1", "name": "e", "status": "Running", "variants": VARIANTS,
                  "traffic_allocation": {"control": 0, "treatment": 100}, "coverage": 100,
                  "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-31T00:00:00Z",
                  "targeting_rules": {"include_segments": ["all"], "exclude_segments": ["staff"],
                                      "user_attributes": {"plan": ["pro"]}}}
    document = {"segments": [{"name": "all", "conditions": {"country": {"exists": True}}},
                             {"name": "staff", "conditions": {"staff": True}}],
                "experiments": [experiment]}
    context = {"user_id": "u1", "country": "DE", "plan": "pro"}
    case = {"name": f"experiment-{number}", "document": document, "experiment": "e",
            "context": context}
    if "not_running" in stops:
        experiment["status"] = ["Draft", "Completed", "Archived"][number % 3]
    elif "paused" in stops:
        experiment["status"] = "Paused"
    if "outside_dates" in stops:
        experiment["end_date" if number % 2 else "start_date"] = NOW if number % 2 else "2026-06-02"
    if "override" in stops:
        experiment["forced_variants"] = {"u1": "control"}
    if "no_unit" in stops:
        experiment["unit"] = "company"
    if "holdout" in stops:
        document["holdouts"] = [{"name": "h", "percentage": 100}]
    if "sticky" in stops:
        case["earlier"] = {"found": "identity" if number % 3 == 0 else "unit", "variant": "control"}
    if "excluded" in stops:
        context["staff"] = True
    if "targeting" in stops:
        context.pop("plan" if number % 2 else "country")
    if "coverage" in stops:
        experiment["coverage"] = 0
    first = next((s for s in STOPS if s in stops), "split")
    if first == "sticky" and case["earlier"]["found"] == "identity":
        first = "identity"
    variant = {"override": "control", "sticky": "control", "identity": "control",
               "split": "treatment"}.get(first)
    case["expect"] = {"variant": variant, "assignment_reason": first}
    return case


def experiment_cases():
    number = 0
    for count in range(0, 3):
        for stops in itertools.combinations(STOPS, count):
            if {"not_running", "paused"} <= set(stops):
                continue
            yield experiment_case(number, stops)
            number += 1
    yield experiment_case(number, STOPS[:6] + STOPS[7:])
    yield experiment_case(number + 1, STOPS[2:])


def flag_cases():
    """A flag with an override, a dependency and two rules, each there or not."""
    for number, (enabled, override, met, one, two) in enumerate(
            itertools.product([True, False], repeat=5)):
        flag = {"key": "f", "type": "String", "default_value": "default", "enabled": enabled,
                "dependencies": ["other"],
                "rules": [{"name": "one", "conditions": {"one": True}, "value": "first"},
                          {"name": "two", "conditions": {"two": True}, "percentage": 100,
                           "value": "second"}]}
        other = {"key": "other", "type": "Boolean", "enabled": True,
                 "targeting_rules": {"attributes": {"met": True}}}
        document = {"flags": [flag, other]}
        if override:
            document["overrides"] = [{"flag_key": "f", "user_id": "u1", "value": "mine"}]
        context = {"targetingKey": "u1", "met": met, "one": one, "two": two}
        if not enabled:
            answer = ("default", "default", "DISABLED")
        elif override:
            answer = ("mine", "override", "TARGETING_MATCH")
        elif met and one:
            answer = ("first", "one", "TARGETING_MATCH")
        elif met and two:
            answer = ("second", "two", "TARGETING_MATCH")
        else:
            answer = ("default", "default", "DEFAULT")
        yield {"name": f"flag-{number}", "document": document, "flag": "f", "context": context,
               "expect": {"value": answer[0], "variant": answer[1], "reason": answer[2]}}
    for number, (share, unit, expect) in enumerate([
            (100, None, (True, "on", "STATIC")), (0, None, (False, "off", "DEFAULT")),
            (0, "u1", (False, "off", "DEFAULT")), (100, "u1", (True, "on", "STATIC")),
            (50, None, (False, "off", "ERROR"))]):
        document = {"flags": [{"key": "f", "type": "Boolean", "enabled": True,
                               "rollout_percentage": share}]}
        case = {"name": f"share-{number}", "document": document, "flag": "f",
                "context": {"targetingKey": unit} if unit else {},
                "expect": dict(zip(("value", "variant", "reason"), expect))}
        if expect[2] == "ERROR":
            case["expect"]["code"] = "TARGETING_KEY_MISSING"
        yield case
    day = ["2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00.001Z"]
    for number, (enabled, steps) in enumerate([
            (True, []), (False, []),
            (False, [(day[0], True)]), (False, [(day[1], True)]), (False, [(day[2], True)]),
            (True, [(day[1], False)]), (True, [(day[2], False)]),
            (False, [(day[0], True), (day[1], False)]), (False, [(day[0], True), (day[2], False)]),
            (True, [("2026-01-01", False), ("2026-02-01", True), ("2027-01-01", False)])]):
        on = enabled
        for at, switched in steps:
            on = switched if time(at) <= time(NOW) else on
        yield {"name": f"schedule-{number}",
               "document": {"flags": [{"key": "f", "type": "Boolean", "enabled": enabled,
                                       "schedule": [{"at": at, "enabled": switched}
                                                    for at, switched in steps]}]},
               "flag": "f", "context": {},
               "expect": {"value": on, "variant": "on" if on else "off",
                          "reason": "STATIC" if on else "DISABLED"}}
    for percent in [1, 10, 33.3, 50, 90, 99.9]:
        for unit in ["u1", "user-42", "größe", "日本語", "7"]:
            on = point("f:percentage", unit) < round(percent * 10**9) * 2**64 // 10**11
            document = {"flags": [{"key": "f", "type": "Boolean", "enabled": True,
                                   "rollout_percentage": percent}]}
            yield {"name": f"percentage-{percent}-{unit}", "document": document, "flag": "f",
                   "context": {"targetingKey": unit},
                   "expect": {"value": on, "variant": "on" if on else "off",
                              "reason": "SPLIT" if on else "DEFAULT"}}


def write(path, about, cases):
    cases = list(cases)
    assert len({case["name"] for case in cases}) == len(cases)
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    with open(path, "w", encoding="utf-8") as file:
        file.write('{\n "about": %s,\n "cases": [\n%s\n ]\n}\n' % (json.dumps(about), lines))
    print(path, len(cases))


write("operators.json", f"One condition on the attribute x. A case without \"seen\" has no such "
      f"attribute. Now is {NOW}.", operator_cases())
write("bucketing.json", "point = XXH3-64(unit, seed = XXH3-64(salt, seed 0)), 64 bits; slot = its "
      "highest 32 bits.", bucketing_cases())
write("splits.json", "An experiment went through these traffic allocations, the last one holds. Its "
      "salt decides which variant the unit has.", split_cases())
write("evaluation.json", f"Whole decisions. \"earlier\" is the assignment that is found for the unit. "
      f"Now is {NOW}.", itertools.chain(experiment_cases(), flag_cases()))
