"""Self-contained HTML pages that load nothing from a network."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

# Only content of the page may be loaded or run.
POLICY = "default-src 'none'; img-src data:; media-src data:; form-action 'none'"


def page(
    title: str,
    body: Iterable[str],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    modules: Sequence[str] = (),
    policy: str = POLICY,
    script_sources: str = "",
) -> str:
    """Return a whole page, with its style and a policy that blocks external content.

    Parameters
    ----------
    title : str
        Title and heading of the page.
    body : iterable of str
        HTML of its parts.
    styles : sequence of str, default=()
        Style sheets, besides ``page.css``.
    scripts : sequence of str, default=()
        Scripts, which are joined to one.
    modules : sequence of str, default=()
        Modules of JavaScript, which run after the scripts, one after the other. A page with code allows only its own
        and its own style, by their SHA-256, and no ``style`` attributes.
    policy : str, default=POLICY
        Content security policy of everything but style and code.
    script_sources : str, default=""
        What scripts may run besides, such as ``"'wasm-unsafe-eval'"`` for WebAssembly.
    """
    style = "".join([page_file("skaudio", "page.css"), *styles])
    code = [("script", "".join(scripts))] if scripts else []
    code += [('script type="module"', module) for module in modules]
    allowed = " ".join(f"'{_sha256(text)}'" for _, text in code)
    style_source = f"'{_sha256(style)}'" if code else "'unsafe-inline'"
    policy = f"{policy}; style-src {style_source}"
    if code:
        policy = f"{policy}; script-src {allowed} {script_sources}".rstrip()
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            '<link rel="icon" href="data:,">',
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{escape(title)}</h1>",
            *body,
            "</main>",
            *(f"<{tag}>{text}</script>" for tag, text in code),
            "</body>",
            "</html>",
            "",
        ]
    )


def page_file(folder: str, name: str) -> str:
    """Return the text of a part of pages that lies beside a module: a style, a script, or HTML."""
    return files(folder).joinpath(name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    """Return the hash of an inline style or script, as a content security policy has it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, label: str) -> str:
    """Return a table of plain text."""
    return markup_table(map(escape, header), (map(escape, row) for row in rows), label=label)


def markup_table(header: Iterable[str], rows: Iterable[Iterable[str]], *, label: str) -> str:
    """Return a table whose cells are HTML."""
    head = "".join(f'<th scope="col">{name}</th>' for name in header)
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table aria-label="{escape(label)}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def framed(html: str, height: int = 800) -> str:
    """Return a page embedded in another, such as a notebook."""
    # Otherwise, links within the page would refer to the embedding one.
    html = html.replace("<head>", '<head>\n<base href="about:srcdoc">', 1)
    return f'<iframe srcdoc="{escape(html)}" style="width: 100%; height: {height}px; border: 1px solid #ccc"></iframe>'
