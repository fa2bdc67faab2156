#!/usr/bin/env python3
"""Every example validates against its schema, every contract has an example, every schema is a right schema.

Usage: schema_examples_test.py FOLDER_OF_THE_CONTRACT
"""
import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(sys.argv[1])


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def main() -> int:
    faults = []
    examples = 0
    for path in sorted((FOLDER / "schemas").glob("*.json")):
        schema = load(path)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        cases = sorted((FOLDER / "examples" / path.stem).glob("*.json"))
        if not cases:
            faults.append(f"{path.stem}: no example")
        for case in cases:
            examples += 1
            document = load(case)
            faults += [f"{case}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]
            # A schema that takes anything would pass as well, so each must refuse a document without its required fields.
            for name in schema["required"]:
                broken = {key: value for key, value in document.items() if key != name}
                if validator.is_valid(broken):
                    faults.append(f"{case}: still valid without {name}")
    folders = {path.name for path in (FOLDER / "examples").iterdir()}
    schemas = {path.stem for path in (FOLDER / "schemas").glob("*.json")}
    faults += [f"examples/{name}: no schema" for name in sorted(folders - schemas)]
    print("\n".join(faults) or f"{examples} examples are valid")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
