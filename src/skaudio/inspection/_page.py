"""Self-contained HTML pages that load nothing from a network."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

# Only content of the page may be loaded or run.
POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"


def page(title: str, body: Iterable[str]) -> str:
    """Return a whole page, with its style and a policy that blocks external content."""
    style = files("skaudio.inspection").joinpath("report.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            '<link rel="icon" href="data:,">',
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{escape(title)}</h1>",
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, label: str) -> str:
    """Return a table of plain text."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table aria-label="{escape(label)}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def framed(html: str, height: int = 800) -> str:
    """Return a page embedded in another, such as a notebook."""
    # Otherwise, links within the page would refer to the embedding one.
    html = html.replace("<head>", '<head>\n<base href="about:srcdoc">', 1)
    return f'<iframe srcdoc="{escape(html)}" style="width: 100%; height: {height}px; border: 1px solid #ccc"></iframe>'
