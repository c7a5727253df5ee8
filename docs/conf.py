"""How Sphinx builds the documentation: `make docs`. The source directory is the project's root, so that links of pages
and notebooks are the same here and on GitHub; what is generated comes from `docs/extension`.
"""

import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "extension")]

import unelib  # noqa: E402

project, author, copyright = (
    "The UNE workbook",
    "the authors of the workbook",
    "the authors of the workbook, MIT licence",
)
version = release = unelib.__version__
root_doc = "docs/index"
include_patterns = ["docs/**.md", "docs/api/*.rst", "notebooks/**.ipynb", "CONTRIBUTING.md", "CHANGELOG.md"]
exclude_patterns = [
    "**/.ipynb_checkpoints",
    ".*",
    "build",
    "data",
    "tests",
    "unelib",
    "benchmarks",
    "figures",
    "recipes",
]
suppress_warnings = ["myst.header", "myst-nb.lexer"]  # headings that skip a level; notebooks that were never executed

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "docstrings", "mathml", "api_pages"]
extensions += ["gallery", "results", "name_links"]
default_role = "literal"  # of single backticks in docstrings; `name_links` leads names among them to their pages
nitpicky = True

autodoc_typehints = "none"  # docstrings tell types, with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

nb_execution_mode = "off"  # notebooks are shown as they were committed
nb_ipywidgets_js = {}  # would be fetched from elsewhere
nb_number_source_lines = False
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "The UNE workbook"
html_static_path = ["extension/static"]
html_css_files = ["pages.css"]
html_additional_pages = {"index": "redirect.html"}
templates_path = ["extension/templates"]
html_math_renderer = "mathml"  # drawn by the browser: no script, no font from elsewhere
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b6ca8", "color-brand-content": "#1b6ca8"},
    "dark_css_variables": {"color-brand-primary": "#7fb8e6", "color-brand-content": "#7fb8e6"},
}
