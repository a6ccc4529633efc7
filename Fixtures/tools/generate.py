#!/usr/bin/env python3
"""Writes the documented fixtures anew, or checks that the committed ones are what this generator gives.

    python3 Fixtures/tools/generate.py [SOURCE…]    write
    python3 Fixtures/tools/generate.py --check              compare; exit code 1 and a list if they differ
"""

import argparse
import importlib
import sys

SOURCES = ["stripe", "github", "sqlite", "postgres", "mysql"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", help=f"any of {', '.join(SOURCES)}; none means all")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    unknown = [source for source in arguments.sources if source not in SOURCES]
    if unknown:
        parser.error(f"there is no generator for {unknown[0]}; there are {', '.join(SOURCES)}")
    differences = []
    for source in arguments.sources or SOURCES:
        for scenario in importlib.import_module(f"{source}_fixture").scenarios():
            if arguments.check:
                differences += scenario.differences()
            else:
                scenario.write()
    for path in differences:
        print(f"{path} is not what the generator gives", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
