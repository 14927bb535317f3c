"""Validates JSON reports against the schema, the schema against its own rules, and the manual
against the schema.

    report_schema.py SCHEMA MANUAL REPORT...

Each report must be valid; without any one of its keys, or with one more, it must not be. Every key
of the schema must be named in the manual page. Exit status 0 or 1; 3 when the module jsonschema is
not there.
"""

import copy
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(3)


def objects(value):
    """Every object inside a JSON value."""
    inside = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
        inside = value.values()
    for inner in inside:
        yield from objects(inner)


def changed(report):
    """The report with one key less, and with one more, at every place: none may be valid."""
    for place, found in enumerate(objects(report)):
        for key in found:
            copied = copy.deepcopy(report)
            del list(objects(copied))[place][key]
            yield f"without {key}", copied
        copied = copy.deepcopy(report)
        list(objects(copied))[place]["unheard_of"] = 1
        yield "with a key of no meaning", copied


def property_names(schema):
    """Every key that the schema describes."""
    for found in objects(schema):
        yield from found.get("properties", {})


def main(schema_path, manual_path, *report_paths):
    with open(schema_path, encoding="ascii") as file:
        schema = json.load(file)
    with open(manual_path, encoding="ascii") as file:
        manual_words = set(file.read().replace(",", " ").split())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = []
    for path in report_paths:
        with open(path, encoding="ascii") as file:
            report = json.load(file)
        for error in validator.iter_errors(report):
            wrong.append(f"{path}: {error.json_path}: {error.message}")
        for how, other in changed(report):
            if validator.is_valid(other):
                wrong.append(f"{path}: valid {how}")
    for name in sorted(set(property_names(schema)) - manual_words):
        wrong.append(f"{manual_path}: does not name {name}")
    print("\n".join(wrong) if wrong else f"ok, {len(report_paths)} reports")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
