"""The command line: `python -m nasbook search`, `show`, `export` and `check`.

What the commands do is in `commands` and `exporting`; here is what they are told, and what `--help` teaches.
"""

import argparse
import shlex
import signal
import sys
import warnings

from nasbook.course import commands, exporting
from nasbook.metrics import METRICS

SENTENCE = "Neural architecture search, hands on: search, look at what was found, take the best home."
GUIDE = """\
from data to a network:
  python -m nasbook check
  python -m nasbook search --strategy genetic --data fashion_mnist \\
      --trials 60 --workers 2 --journal runs/ga.jsonl
  python -m nasbook show runs/ga.jsonl
  python -m nasbook export runs/ga.jsonl best.keras

`python -m nasbook search --help` tells how to search your own images, and on a
server; each command has its --help.

in a notebook:
  history = nb.History.read("runs/ga.jsonl")  # also while the search is running
  history.best, history.to_frame()
  nb.plots.incumbent({"GA": history})
"""
SEARCH = """\
Try one candidate after the other, and write each to the journal, a text file,
as soon as its score is known. Called again with the same line, a search that
was ended or killed goes on where it stood; a finished one, with more trials.
"""
SEARCH_GUIDE = """\
examples:
  python -m nasbook search --strategy genetic --data fashion_mnist \\
      --trials 60 --workers 2 --journal runs/ga.jsonl
  python -m nasbook search --strategy random --data photos --size 28 28 \\
      --hours 2 --journal runs/photos.jsonl
  python -m nasbook search --strategy bayesian --table --trials 100 \\
      --journal runs/try.jsonl

`photos` is a folder that holds a folder of image files for each class; a
part of them is sealed as a test set, which no search sees.

on a server, where the search goes on when you log out:
  nohup python -m nasbook search --strategy genetic --trials 60 --workers 2 \\
      --journal runs/ga.jsonl > ga.log 2>&1 &
  python -m nasbook show runs/ga.jsonl  # at any time
  kill %1                               # ends it cleanly, as Ctrl-C does

exit code: 0 when the search is through, 1 when no candidate could be trained,
130 when it was ended before, 2 when the line or a file cannot be used.
"""
SHOW = """\
Print what a search was, what it cost and its best trials, and draw how its best
score grew.
"""
SHOW_GUIDE = """\
example:
  python -m nasbook show runs/ga.jsonl --top 20 --plot ga.pdf

It works while the search is running, and on a server without a display. In a
notebook, nb.History.read("runs/ga.jsonl") holds all of it.
"""
EXPORT = """\
Train the best architecture of a search anew, on all training images, those of
the validation set included, and save it. The test set is not opened: that is
what nb.final_test is for.
"""
EXPORT_GUIDE = """\
examples:
  python -m nasbook export runs/ga.jsonl best.keras
  python -m nasbook export runs/photos.jsonl best.keras --data photos

then, in Python, with or without nasbook (images hold numbers from 0 to 1, and
have the shape (n, height, width, channels)):
  model = keras.models.load_model("best.keras")
  classes = json.load(open("best.classes.json"))
  names = [classes[i] for i in model.predict(images).argmax(axis=1)]
"""
DOES = {
    "search": commands.search,
    "show": commands.show,
    "export": exporting.export,
    "check": commands.check,
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m nasbook", **told(SENTENCE, GUIDE))
    added = top.add_subparsers(dest="command", required=True, metavar="command")
    add_search(added.add_parser("search", help="search for a network", **told(SEARCH, SEARCH_GUIDE)))
    add_show(added.add_parser("show", help="what did a search find?", **told(SHOW, SHOW_GUIDE)))
    add_export(added.add_parser("export", help="train and save the best", **told(EXPORT, EXPORT_GUIDE)))
    question = "can the book run here? versions, device, memory, data; exit code 0 if so"
    added.add_parser("check", help=question, description=question)
    return top


def told(description: str, epilog: str) -> dict:
    formatter = argparse.RawDescriptionHelpFormatter
    return {"description": description, "epilog": epilog, "formatter_class": formatter, "allow_abbrev": False}


def add_search(command: argparse.ArgumentParser) -> None:
    option, number = command.add_argument, {"type": int, "metavar": "N"}
    strategies = ", ".join(commands.STRATEGIES)
    option("--strategy", required=True, choices=commands.STRATEGIES, metavar="NAME", help=strategies)
    option("--journal", required=True, metavar="FILE", help="where the trials are kept: runs/ga.jsonl")
    option("--trials", **number, help="end after so many different trials")
    option(
        "--hours",
        type=float,
        metavar="H",
        help="end after so many hours of training, of all workers together",
    )
    option("--minutes", type=float, metavar="M", help="the same in minutes")
    about = "processes, one a core (1), of which a death costs one trial; 0: none, for a debugger"
    option("--workers", **number, default=1, help=about)
    option("--ahead", **number, help="candidates out at a time, where a strategy learns from each")
    option("--seed", **number, default=0, help="of the search (0); data are divided alike for all")
    option("--data", help="mnist, fashion_mnist (the default), or a folder of images")
    option("--size", type=int, nargs=2, metavar=("H", "W"), help="resize the images of a folder to this")
    option(
        "--fit",
        choices=commands.FITS,
        help="how: stretch (the default); pad or crop keep proportions",
    )
    option("--channels", type=int, choices=(1, 3), help="make the images of a folder gray (1) or color (3)")
    option("--train", **number, help="training images (50000); of a folder, 60 %% are")
    option("--validation", **number, help="validation images (10000); of a folder, 20 %% are")
    option("--epochs", **number, help=f"of a whole training ({commands.EPOCHS})")
    option("--metric", choices=METRICS, help="what is maximized (accuracy); means over the classes")
    option("--class-weight", choices=("balanced",), help="all classes count alike, also the small ones")
    option("--max-parameters", **number, help="larger networks fail, untrained")
    option("--trial-minutes", type=float, metavar="M", help="a training that takes longer fails")
    option("--space", choices=commands.SPACES, help="the small space (lenet, the default) or the large one")
    option(
        "--table", action="store_true", help="try it out: look trials up in the book's table, train nothing"
    )


def add_show(command: argparse.ArgumentParser) -> None:
    command.add_argument("journal", help="what a search wrote")
    command.add_argument("--top", type=int, default=10, metavar="N", help="how many trials to print (10)")
    command.add_argument("--plot", metavar="FILE", help="where to draw (beside the journal, as .png)")


def add_export(command: argparse.ArgumentParser) -> None:
    option = command.add_argument
    option("journal", help="what a search wrote")
    option("model", help="the file to write; it ends in .keras")
    option("--epochs", type=int, default=10, metavar="N", help="how long to train (10)")
    option("--seed", type=int, default=0, metavar="N", help="of weights and batches (0)")
    option("--data", help="the images of the search, where they were a folder's")
    option("--force", action="store_true", help="overwrite the file")


def main() -> int:
    arguments = parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # how a server ends a process: as Ctrl-C does
    warnings.formatwarning = lambda message, *_, **__: f"{message}\n"
    try:
        return DOES[arguments.command](arguments)
    except KeyboardInterrupt:
        print(f"\nEnded. To go on: python -m nasbook {shlex.join(sys.argv[1:])}", file=sys.stderr)
        return 130
    except (ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
