"""The command line: `python -m nasbook check`."""

import argparse
import sys

from nasbook.environment import check_machine


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m nasbook", description="Neural architecture search, hands on."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser(
        "check", help="can the book run here? versions, device, memory, data; exit code 0 if so"
    )
    parser.parse_args()
    return 0 if check_machine() else 1


if __name__ == "__main__":
    sys.exit(main())
