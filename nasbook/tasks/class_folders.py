"""Files in a folder with a folder for each class, as texts and sounds come; images have more to check."""

from collections.abc import Callable
from pathlib import Path

from nasbook.tasks.image_files import files_below, folders_in, refuse_broken, seen_from, visible
from nasbook.tasks.image_reading import refuse


def files_by_class(path: Path, what: str) -> list[tuple[Path, str]]:
    """Every file in the folders of a folder, and its class; `what` they are is said where something is wrong.

    Raises ValueError for fewer than two folders, for empty ones, and for files beside them.
    """
    folders = folders_in(path)
    if len(folders) < 2:
        raise ValueError(
            f"The folder {path} has {len(folders)} class folder(s): give one that holds a folder of {what}s "
            "for each of at least 2 classes."
        )
    loose = [one.name for one in visible(path) if one.is_file()]
    refuse(loose, "Files outside of a class folder", "move them into one, or delete them")
    inside = {folder: files_below(folder) for folder in folders}
    empty = [folder.name for folder, files in inside.items() if not files]
    refuse(empty, f"Class folders without a {what}", "fill or delete them")
    files = [(file, folder.name) for folder, some in inside.items() for file in some]
    refuse_broken([file for file, _ in files], path)
    return files


def read_all(path: Path, files: list[tuple[Path, str]], read: Callable[[Path], object], bad: str, cure: str):
    """Names and contents of files. Raises ValueError with the names of those of which `read` makes None."""
    names, contents = [seen_from(path, file) for file, _ in files], [read(file) for file, _ in files]
    refuse([name for name, one in zip(names, contents, strict=True) if one is None], bad, cure)
    return names, contents
