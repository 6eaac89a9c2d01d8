"""Where boxes are written down: which files hold annotations, in which format, and what their classes are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from nasbook.tasks.box_formats import FORMATS, Annotation, Format, MalformedError, coco_labels
from nasbook.tasks.image_files import files_below, seen_from, visible
from nasbook.tasks.image_reading import refuse, shortened

CLASS_FILES = ("classes.txt", "data.yaml", "data.yml")  # what names YOLO's classes


@dataclass(frozen=True)
class Annotations:
    """What files in one format say; `classes` are all that they name in order, where they do."""

    kind: str
    of_images: list[Annotation]
    classes: tuple[str, ...] | None
    files: list[Path]


def read_annotations(
    path: Path, told: str | Path | None, stems: set[str], classes: Sequence[str] | None
) -> Annotations:
    """The annotations below `path`, or those that `told` says: a folder, a file, or a format.

    `stems` are the names of the images without their endings. Raises ValueError where there are none, where
    there are several formats, and for what is not in its format.
    """
    place = path if told is None or told in FORMATS else Path(told).resolve()
    if not place.exists():
        formats = " or ".join(map(repr, FORMATS))
        raise FileNotFoundError(f"There is no {place}: give a folder, a file, or a format, {formats}.")
    files = [place] if place.is_file() else files_below(place)
    kind, contents = the_one_format(recognized(files, stems), place, told, path)
    naming = class_files(place, files) if kind == "yolo" else []
    known = named_classes(naming, place, classes) if kind == "yolo" else None
    of_images = read_all(FORMATS[kind], contents, path, known)
    if kind == "coco":
        known = tuple(coco_labels(*contents.values()).values())
    return Annotations(kind, of_images, known, [*contents, *naming])


def recognized(files: Iterable[Path], stems: set[str]) -> dict[str, dict[Path, object]]:
    """What is in the files that hold annotations, by format; None where it makes no sense."""
    found = {}
    for file in files:
        for kind, one in FORMATS.items():
            if file.suffix.lower() == one.suffix and file.name not in CLASS_FILES:
                expected = kind == "yolo" and file.stem in stems
                content = parsed(file, one)
                if expected or (kind != "yolo" if content is None else one.fits(content)):
                    found.setdefault(kind, {})[file] = content
    return found


def parsed(file: Path, one: Format) -> object:
    content = file.read_bytes()
    try:
        return one.parse(content)
    except (ValueError, SyntaxError, RecursionError):  # of XML, a ParseError is a SyntaxError
        return None


def the_one_format(found: dict, place: Path, told: object, path: Path) -> tuple[str, dict[Path, object]]:
    """The format of the annotations, and what is in them. Raises ValueError where it is not clear."""
    if told in FORMATS:
        found = {kind: contents for kind, contents in found.items() if kind == told}
    if not found:
        wanted = [one.title for kind, one in FORMATS.items() if kind == told or told not in FORMATS]
        raise ValueError(
            f"No annotations are in {place}: give a folder that holds {' or '.join(wanted)}, or say where "
            "they are, as in annotations='photos/labels'."
        )
    examples = {kind: [seen_from(path, file) for file in contents] for kind, contents in found.items()}
    if len(found) > 1:
        several = (f"{FORMATS[kind].title} ({shortened(some, 2)})" for kind, some in examples.items())
        choices = " or ".join(f"annotations={kind!r}" for kind in found)
        raise ValueError(
            f"There are annotations in several formats: {', '.join(several)}. To go on, say which to read: "
            f"{choices}, or the folder or file that holds them."
        )
    ((kind, contents),) = found.items()
    if kind == "coco" and len(contents) > 1:
        cure = f"say which to read, as in annotations={str(next(iter(contents)))!r}"
        refuse(examples[kind], "Several files of COCO JSON", cure)
    return kind, contents


def read_all(one: Format, contents: Mapping, path: Path, classes: Sequence | None) -> list[Annotation]:
    """All annotations. Raises ValueError for files that are not in their format, with what is wrong."""
    good, bad = [], []
    for file, content in contents.items():
        where = seen_from(path, file)
        try:
            if content is None:
                raise MalformedError("damaged, or another format")
            good += one.read(content, where, classes)
        except MalformedError as problem:
            bad.append(f"{where} ({problem})")
    refuse(bad, f"Files that are no proper {one.title}", "mend or replace them")
    return good


# --- the names of YOLO's classes ----------------------------------------------------------------------------


def class_files(place: Path, files: Iterable[Path]) -> list[Path]:
    """The files that name YOLO's classes: among the annotations, or else beside their folder."""
    inside = [file for file in files if file.name in CLASS_FILES]
    return inside or [file for file in visible(place.parent) if file.name in CLASS_FILES and file.is_file()]


def named_classes(files: Iterable[Path], place: Path, classes: Sequence[str] | None) -> tuple[str, ...]:
    """The names of YOLO's classes, by their numbers; those that are given where no file names them."""
    found = {file: names_in(file) for file in files}
    bad = [str(file) for file, names in found.items() if not names or len({*names}) < len(names)]
    refuse(bad, "Files without proper names of classes", "write a name of its own for each class there")
    if len({*found.values()}) > 1:
        refuse([*map(str, found)], "Files with different names of classes", "keep the right one")
    if not found and classes is None:
        raise ValueError(
            f"The YOLO text in {place} has numbers of classes, and no classes.txt or data.yaml there has "
            "their names: give them in the order of the numbers, as in classes=['cat', 'dog']."
        )
    return next(iter(found.values()), None) or tuple(classes)


def names_in(file: Path) -> tuple[str, ...]:
    """The names of classes in classes.txt or data.yaml; none where they are not as they should be."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".txt":
            told = text.rstrip().splitlines()
        else:
            told = yaml.load(text, yaml.BaseLoader)["names"]  # which leaves "no" a name
        told = [told[str(i)] for i in range(len(told))] if isinstance(told, dict) else list(told)
        names = tuple(name.strip() for name in told)
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        return ()
    return names if all(names) else ()
