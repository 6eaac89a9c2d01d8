"""Write the list of references of each chapter from `book/references.bib`: `python tools/bibliography.py`.

A chapter cites a key, such as [real2019], in the sentence that uses the paper; its list has what it cites.
"""

import re
from pathlib import Path

import nbformat
from pybtex.database import BibliographyData, Entry, parse_file

ROOT = Path(__file__).parent.parent
BIBLIOGRAPHY = ROOT / "book/references.bib"
CITATION = re.compile(r"\[([a-z]+\d{4}[a-z]*|article)\](?!\()")  # the article has no year
HEADING = "## References"


def bibliography() -> BibliographyData:
    return parse_file(BIBLIOGRAPHY, bib_format="bibtex")


def cited(notebook: nbformat.NotebookNode) -> list[str]:
    """The keys that the prose cites, sorted; the list itself does not count."""
    prose = [cell.source.split(HEADING)[0] for cell in notebook.cells if cell.cell_type == "markdown"]
    return sorted(set(CITATION.findall("\n".join(prose))))


def listed(keys: list[str], entries: BibliographyData) -> str:
    """The section that ends a chapter."""
    return "\n".join([HEADING, "", *(f"- `[{key}]` {formatted(entries.entries[key])}" for key in keys)])


def formatted(entry: Entry) -> str:
    """A reference as a line of Markdown: who (when). What. *Where*, number."""
    fields = {name: re.sub(r"[{}]", "", value).replace("--", "-") for name, value in entry.fields.items()}
    title = fields["title"] if entry.type != "book" else f"*{fields['title']}*"
    parts = [f"{authors(entry)} ({fields['year']})", title.rstrip("."), where(fields)]
    return ". ".join([*parts, *number(fields), *filter(None, [fields.get("note")])]).replace("?.", "?") + "."


def authors(entry: Entry) -> str:
    names = [
        " ".join([*person.first_names, *person.middle_names, *person.last_names])
        for person in entry.persons.get("author") or entry.persons["editor"]
    ]
    return ", ".join(names[:-1]) + " and others" if names[-1] == "others" else ", ".join(names)


def where(fields: dict[str, str]) -> str:
    place = fields.get("journal") or fields.get("booktitle")
    if not place:
        return fields.get("publisher") or fields["howpublished"]
    issue = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    pages = f", {fields['pages']}" if fields.get("pages") else ""
    publisher = f". {fields['publisher']}" if "publisher" in fields else ""
    return f"*{place}*{' ' if issue else ''}{issue}{pages}{publisher}"


def number(fields: dict[str, str]) -> list[str]:
    """What finds it: a DOI, or the number of a preprint, or the address of an open journal."""
    if "doi" in fields:
        return [f"doi:{fields['doi']}"]
    if "eprint" in fields:
        return [f"arXiv:{fields['eprint']}"]
    return [f"ISBN {fields['isbn']}"] if "isbn" in fields else [fields["url"]] if "url" in fields else []


def main() -> None:
    entries = bibliography()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        keys = cited(notebook)
        if missing := [key for key in keys if key not in entries.entries]:
            raise SystemExit(f"{path.name} cites {', '.join(missing)}: add to {BIBLIOGRAPHY.name}.")
        last = next(cell for cell in notebook.cells if HEADING in cell.source)
        last.source = last.source.split(HEADING)[0] + listed(keys, entries)
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
