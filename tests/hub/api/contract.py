#!/usr/bin/env python3
"""Holds the answers that the API's tests got (one JSON object a line) against hub/api/openapi.json.

Each answer must have a documented status and content type and fit its schema, and each operation must have been seen with a
documented success. Exit 1 names each breach.
"""
import json
import sys

import jsonschema


def path_matches(template, path):
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(w == g or (w.startswith("{") and g) for w, g in zip(wanted, given))


def find_operation(contract, method, path):
    exact = [t for t in contract["paths"] if t == path]
    for template in exact or [t for t in contract["paths"] if path_matches(t, path)]:
        operation = contract["paths"][template].get(method.lower())
        if operation:
            return template, operation
    return None, None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        contract = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    resolver = jsonschema.RefResolver("", contract)
    breaches, seen = [], set()
    for answer in answers:
        name = f"{answer['method']} {answer['path']} -> {answer['status']}"
        template, operation = find_operation(contract, answer["method"], answer["path"])
        if operation is None:
            # Outside of /v1 is the web page.
            if answer["path"].startswith("/v1") and answer["status"] not in (401, 404, 405):
                breaches.append(f"{name}: no operation of the contract")
            continue
        response = operation["responses"].get(str(answer["status"]))
        if response is not None and answer["status"] < 300:
            seen.add((answer["method"].lower(), template))
        response = response or operation["responses"].get("default")
        if response and "$ref" in response:
            response = resolver.resolve(response["$ref"])[1]
        if answer["status"] < 300 and str(answer["status"]) not in operation["responses"]:
            breaches.append(f"{name}: a success that is not documented")
            continue
        content = response.get("content", {})
        if answer["status"] == 204 and not content and not answer["body"]:
            continue
        kind = answer["content_type"].split(";")[0]
        media = content.get(kind) or content.get(answer["content_type"])
        if media is None:
            breaches.append(f"{name}: content type {kind} is not documented")
            continue
        if kind.endswith("json") and media.get("schema") is not None:
            validator = jsonschema.Draft202012Validator(media["schema"], resolver=resolver)
            for error in validator.iter_errors(json.loads(answer["body"])):
                breaches.append(f"{name}: {'/'.join(map(str, error.path))}: {error.message}")
    for template, operations in contract["paths"].items():
        for method, operation in operations.items():
            if not any(status.startswith("4") for status in operation["responses"]):
                breaches.append(f"{method.upper()} {template}: no refusal is documented")
            if (method, template) not in seen:
                breaches.append(f"{method.upper()} {template}: no test got a success")
    for breach in breaches:
        print(breach[:500])
    print(f"{len(answers)} answers, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
