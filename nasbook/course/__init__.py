"""What makes nasbook a course: setup, machine check, exercises, command line. No search needs it."""
