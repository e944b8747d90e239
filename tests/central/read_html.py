"""HTML as strictly as it can be read: every element closed in its turn, and what the tests ask of accessible pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "link", "meta"}
KNOWN = {
    *(
        "html",
        "head",
        "body",
        "meta",
        "title",
        "link",
        "script",
        "noscript",
        "header",
        "nav",
        "main",
        "footer",
        "section",
    ),
    *(
        "h1",
        "h2",
        "p",
        "a",
        "ul",
        "li",
        "div",
        "span",
        "strong",
        "s",
        "time",
        "form",
        "label",
        "input",
        "textarea",
        "button",
    ),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "details", "summary"),
    *("figure", "figcaption", "svg", "g", "rect", "line", "text"),
}
"""The elements of our pages; any other came from elsewhere."""


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""


@dataclass
class Page:
    elements: list[Element] = field(default_factory=list)

    def all(self, name: str) -> list[Element]:
        return [each for each in self.elements if each.name == name]

    def links(self) -> list[str]:
        return [each.attributes["href"] for each in self.all("a")]

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.elements if each.text.strip())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), attrs
        assert not [name for name in names if name.startswith("on") or name == "style"], attrs
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(each.name for each in self.open))
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop().name == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data


def read(html: str) -> Page:
    """Raises AssertionError for what is not closed, or is none of ours."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, [each.name for each in reader.open]
    return reader.page


def assert_accessible(page: Page) -> None:
    """WCAG 2.2, as far as it can be seen without a browser: language, title, headings, labels, tables with heads, names."""
    (html,), (title,) = page.all("html"), page.all("title")
    assert html.attributes["lang"] in ("en", "de", "es")
    assert title.text.strip()
    assert len(page.all("h1")) == 1
    assert page.all("main")[0].attributes["id"] == "main"
    assert page.links()[0] == "#main"
    labelled = {each.attributes["for"] for each in page.all("label")}
    for given in (*page.all("input"), *page.all("textarea")):
        assert given.attributes.get("type") == "hidden" or given.attributes["id"] in labelled, given
    assert len(page.all("table")) == len(page.all("caption"))
    for head in page.all("th"):
        assert head.attributes["scope"] == ("col" if "thead" in head.parents else "row")
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids)), ids
    for drawn in page.all("svg"):
        assert drawn.attributes.get("aria-hidden") == "true" or drawn.attributes["aria-label"]
