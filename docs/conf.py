"""How the documentation is built. Nothing is fetched: no outside inventories, fonts or scripts."""

import importlib.metadata
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

project = "risksim"
author = "The risksim developers"
copyright = "The risksim developers"
try:
    release = importlib.metadata.version("risksim-dsi")
except importlib.metadata.PackageNotFoundError:  # built from a checkout that isn't installed
    release = ""
language = "en_GB"

extensions = ["myst_parser", "scenario_reference", "deal_index", "register_page"]
exclude_patterns = ["_build", "_ext"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True
mathjax_path = "none.js"  # formulas are written as code; the default is a script from elsewhere

html_theme = "furo"
html_title = "risksim"
html_copy_source = False
html_show_sourcelink = False
