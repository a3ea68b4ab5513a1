"""From a template, data and charts to one file that opens anywhere, without a network.

Everything a configuration brings (names, descriptions, values) is escaped by jinja2. A content
security policy allows the scripts of the page by their hashes and nothing else, so that not even
an escaping mistake could run foreign code.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from archsim.errors import InputError, MissingExtraError
from archsim.report.html.chart import Chart
from archsim.result.files import check_target, write_atomically
from archsim.version import __version__

ENDINGS = (".html", ".htm")
_PURPOSE = "making HTML pages"


def check_page(path: Path) -> None:
    """Refuse a page that could not be written, before long runs are lost to it.

    Raises:
        InputError: The name has another ending, or nothing can be written there.
        MissingExtraError: jinja2 or plotly is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            "a page has an HTML ending", found=repr(str(path)), allowed=", ".join(ENDINGS)
        )
    check_target(path)
    for package in ("jinja2", "plotly"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("plot", _PURPOSE)


def write_page(path: Path, content: str) -> None:
    """Write a page, whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    write_atomically(path, content)


def render(
    template: str,
    title: str,
    charts: Sequence[Chart],
    context: Mapping[str, object],
    *,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    data: object = None,
) -> str:
    """Return a complete page.

    Args:
        template: File in the folder ``templates``.
        title: Title of the page.
        charts: All charts of the page, in any order; the template places them by name.
        context: What else the template needs.
        scripts: Files in the folder ``templates`` that make one more script, which runs first.
        styles: Files in the same folder that are added to the style.
        data: JSON data for that script.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtraError("plot", _PURPOSE) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("archsim.report.html") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    first = "\n".join(map(_own, scripts))
    later = [_plotly_script(), _own("page.js")]
    return environment.get_template(template).render(
        {
            **context,
            "title": title,
            "charts": {chart.name: chart for chart in charts},
            "chart_data": _inline_json({chart.name: chart.spec() for chart in charts}),
            "table_data": "" if data is None else _inline_json(data),
            "policy": _policy([first, *later] if first else later),
            "first_script": first,
            "scripts": later,
            "style": "".join(map(_own, ("page.css", *styles))),
            "version": __version__,
        }
    )


def _inline_json(data: object) -> str:
    """Return JSON that can stand inside a script element, whatever texts are in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _policy(scripts: Sequence[str]) -> str:
    """Return a content security policy that runs these scripts only and loads nothing."""
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{item}'" for item in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@lru_cache(maxsize=16)
def _own(name: str) -> str:
    return (files("archsim.report.html") / "templates" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _plotly_script() -> str:
    """Return plotly's script, as the installed package brings it."""
    try:
        script = files("plotly") / "package_data" / "plotly.min.js"
        return script.read_text(encoding="utf-8")
    except (ImportError, OSError) as error:
        raise MissingExtraError("plot", _PURPOSE) from error
