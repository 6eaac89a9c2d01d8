"""How nbgrader releases and grades chapters; `python tools/student.py --nbgrader FOLDER` copies it there."""

c = get_config()  # noqa: F821 (nbgrader provides it)
c.CourseDirectory.course_id = "nasbook"

# What stands in place of a solution: a sentence that says what to do, not a traceback.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise nb.NotYet"}

# What is not part of an assignment; runs/ is where chapters write.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "runs"]

# Grading runs a whole chapter, in fast mode unless NASBOOK_MODE says otherwise. A warning costs no points, be
# it Python's or that of a library in C: nbgrader takes anything on stderr for a failure.
c.Execute.timeout = 1_800  # seconds a cell
c.Execute.extra_arguments = [
    "--IPKernelApp.exec_lines=import os, warnings; "
    "os.environ.setdefault('NASBOOK_MODE', 'fast'); warnings.simplefilter('ignore')",
    "--IPKernelApp.capture_fd_output=False",
]
