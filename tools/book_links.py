"""Follow every link of HTML pages within their folder: `python tools/book_links.py folder`.

Files and anchors must exist, and what a page loads (scripts, styles, fonts, pictures) must be in the folder.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
TAGS = re.compile(rf"<(?:a|link|{'|'.join(LOADED)})\s[^>]*>|<[^>]*\s(?:id|name)=[^>]*>")


class Page(HTMLParser):
    """The anchors of a page, where its links lead, what it loads, and its pictures without a description."""

    def __init__(self, path: Path):
        super().__init__()
        self.anchors, self.links, self.loads, self.undescribed = {""}, [], [], []
        text = path.read_text(encoding="utf-8")
        self.feed(
            "".join(TAGS.findall(text))
        )  # all other tags and the text take the most time and say nothing
        self.loads += [url for style in STYLE.findall(text) for url in urls_of(style)]

    def handle_starttag(self, tag: str, attributes: list) -> None:
        found = dict(attributes)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "link" and {"stylesheet", "icon", "preload"} & {*found.get("rel", "").split()}:
            self.loads.append(found["href"])
        if found.get(LOADED.get(tag)):
            self.loads.append(found[LOADED[tag]])
        if tag == "img" and not (found.get("alt") or "").strip():
            self.undescribed.append(found["src"][:60])


def problems(folder: Path) -> list[str]:
    """A sentence for each link that leads nowhere, and for whatever would be loaded from elsewhere."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html")) if is_page(path)}
    found = []
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        found += [f"{name}: {link} leads nowhere." for link in page.links if not leads(path, link, pages)]
        found += [f"{name}: loads {link[:60]}" for link in page.loads if not is_here(path, link)]
        found += [f"{name}: {source} has no description (alt)." for source in page.undescribed]
    for path in sorted(folder.rglob("*.css")):
        urls = urls_of(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(folder)}: loads {url[:60]}" for url in urls if not is_here(path, url)]
    return found


def urls_of(style: str) -> list[str]:
    """What a style sheet loads."""
    return ["".join(match) for match in STYLE_URL.findall(style)]


def is_page(path: Path) -> bool:
    """Not a template that the theme leaves among its files."""
    return "_static" not in path.parts


def leads(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    """Whether a link leads to a file and an anchor; another site's address is not ours to check."""
    address, anchor = urldefrag(link)
    if urlsplit(address).scheme or address.startswith("//"):
        return True
    target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
    if target not in pages:
        return target.is_file()
    return unquote(anchor) in pages[target].anchors


def is_here(path: Path, link: str) -> bool:
    """Whether what is loaded is a file of the folder, or within the page itself."""
    parts = urlsplit(link)
    if parts.scheme == "data" or link.startswith("#"):
        return True
    return not parts.scheme and not parts.netloc and (path.parent / unquote(parts.path)).is_file()


if __name__ == "__main__":
    sys.exit("\n".join(problems(Path(sys.argv[1]))) or None)
