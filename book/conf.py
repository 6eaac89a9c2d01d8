"""Sphinx reads this. `make book` (tools/book.py) gathers the pages and calls it; nothing is executed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "nasbook"
author = "The nasbook authors"
copyright = "2026, the nasbook authors; code: MIT, text and figures: CC BY 4.0"
language = "en"
smartquotes = False  # "genes" in quotation marks is a value that one types
root_doc = "index"
exclude_patterns = ["README.md"]  # its parts are pages

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "docstrings",  # this one and those below are in book/extensions
    "formulas",
    "linking",
]

# --- notebooks: what is committed, as it is -----------------------------------------------------------------
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # no notebook stores the state of a widget: each has a still picture instead
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3

# --- the module ---------------------------------------------------------------------------------------------
autodoc_default_options = {"members": True, "special-members": "__call__", "member-order": "bysource"}
autodoc_inherit_docstrings = False
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
maximum_signature_line_length = 80

# --- pages --------------------------------------------------------------------------------------------------
templates_path = ["templates"]
html_theme = "sphinx_book_theme"
html_title = "nasbook"
html_static_path = [str(Path(__file__).parent / "static")]
html_favicon = "static/favicon.svg"
html_css_files = ["book.css"]
html_copy_source = False
html_domain_indices = False
html_show_sphinx = False
html_show_search_summary = False  # a page opened from disk may not fetch others
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_start": [],  # the bar above the page: its search is in the sidebar, too
    "navbar_persistent": [],
    "collapse_navbar": True,  # no copies of what the sidebar does not show
    "max_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-default pre"
