"""`python -m nasbook`: see `course/command_line.py`."""

import sys

from nasbook.course.command_line import main

if __name__ == "__main__":
    sys.exit(main())
