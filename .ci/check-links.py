#!/usr/bin/env python3
"""Checks the links of the built book and of the repository's own pages, offline.

    .ci/check-links.py BOOK REPOSITORY     the folder of the built book, the checkout
    .ci/check-links.py --self-test

In the book every link must lead to a page that is there, and every anchor to a
heading; a link to the repository at GitHub must name a file that is in the checkout;
nothing may be loaded from elsewhere. In README.md and its kin every relative link
must lead to a file, and its anchor to a heading. Other external links are listed.
"""

import pathlib
import re
import sys
import tempfile
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urlsplit

# Where the repository's files are read on the web.
REPOSITORY = re.compile(r"https://github\.com/perlscan/perlscan/(?:blob|tree|edit)/main/([^#]*)")
# The repository's pages outside of the book.
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
# Attributes that name something else, and whether it is loaded with the page.
NAMING = {("a", "href"): False, ("link", "href"): True, ("script", "src"): True,
          ("img", "src"): True, ("iframe", "src"): True, ("source", "src"): True}


class Page(HTMLParser):
    """The anchors of a page, and what it names."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.named = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id"):
            self.anchors.add(attributes["id"])
        if tag == "a" and attributes.get("name"):
            self.anchors.add(attributes["name"])
        for (where, attribute), loaded in NAMING.items():
            if tag == where and attributes.get(attribute):
                self.named.append((self.getpos()[0], attributes[attribute], loaded))


def check_book(book, repository):
    """What is wrong in the book, how many links there are, and the external ones."""
    wrong, count, external = [], 0, set()
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(book.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(book.resolve())
        for line, link, loaded in page.named:
            count += 1
            target, anchor = urldefrag(link)
            if urlsplit(link).scheme or link.startswith("//"):
                inside = REPOSITORY.fullmatch(target)
                if loaded:
                    wrong.append(f"{name}:{line}: loads {link} from elsewhere")
                elif inside:
                    if not (repository / unquote(inside[1])).exists():
                        wrong.append(f"{name}:{line}: {link}: no such file in the repository")
                else:
                    external.add(link)
                continue
            # 404.html is served for any address, so its links begin at the root.
            base = book.resolve() if target.startswith("/") else path.parent
            there = (base / unquote(target.lstrip("/"))).resolve() if target else path
            if there.is_dir():
                there /= "index.html"
            if not there.exists():
                wrong.append(f"{name}:{line}: {link}: no such page")
            elif anchor and there in pages and unquote(anchor) not in pages[there].anchors:
                wrong.append(f"{name}:{line}: {link}: no such heading")
    for style in sorted(book.rglob("*.css")):
        for loaded in re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"\s]+)", style.read_text(encoding="utf-8")):
            wrong.append(f"{style.relative_to(book)}: loads {loaded} from elsewhere")
    return wrong, count, external


def headings(text):
    """The anchors that GitHub makes of a page's headings."""
    anchors, seen = set(), {}
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", without_code(text), re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        anchors.add(f"{slug}-{number}" if number else slug)
    return anchors


def without_code(text):
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def check_pages(repository):
    """The same for the repository's own pages."""
    wrong, count, external = [], 0, set()
    for name in PAGES:
        path = repository / name
        if not path.exists():
            wrong.append(f"{name}: no such page")
            continue
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", without_code(text))):
            count += 1
            target, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                external.add(link)
                continue
            there = repository / unquote(target) if target else path
            if not there.exists():
                wrong.append(f"{name}: {link}: no such file")
            elif anchor and there.suffix == ".md" and anchor not in headings(there.read_text(encoding="utf-8")):
                wrong.append(f"{name}: {link}: no such heading")
    return wrong, count, external


def self_test():
    """Each kind of mistake is found, and what is right is not."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        book = folder / "book"
        (book / "sub").mkdir(parents=True)
        (book / "index.html").write_text(
            '<h1 id="top">T</h1><a href="sub/page.html#here">right</a><a href="#top">right</a>'
            '<a href="sub/none.html">1</a><a href="sub/page.html#none">2</a><a href="#none">3</a>'
            '<a href="https://github.com/perlscan/perlscan/blob/main/there.md">right</a>'
            '<a href="https://github.com/perlscan/perlscan/blob/main/none.md">4</a>'
            '<script src="https://example.org/x.js"></script><a href="https://example.org/">listed</a>')
        (book / "sub" / "page.html").write_text('<h2 id="here">H</h2><a href="../index.html">right</a>')
        (book / "style.css").write_text("@font-face { src: url('//example.org/f.woff') }")
        (folder / "there.md").write_text("# One `two`: three\n\n```\n# no heading\n```\n")
        wrong, count, external = check_book(book, folder)
        assert len(wrong) == 6, wrong
        assert count == 10, count
        assert external == {"https://example.org/"}, external
        assert headings((folder / "there.md").read_text()) == {"one-two-three"}
        for name in PAGES:
            (folder / name).write_text("")
        (folder / "README.md").write_text(
            "[right](there.md#one-two-three) [1](none.md) [2](there.md#none) `[code](none)`\n"
            "```\n[code](none)\n```\n[listed](https://example.org)\n")
        wrong, count, external = check_pages(folder)
        assert len(wrong) == 2, wrong
        assert count == 4 and external == {"https://example.org"}, (count, external)
    print("the checker finds what it should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    book, repository = map(pathlib.Path, sys.argv[1:])
    wrong, count, external = check_book(book, repository)
    more_wrong, more, more_external = check_pages(repository)
    for link in sorted(external | more_external):
        print(f"external, not looked at: {link}")
    for each in wrong + more_wrong:
        print(each, file=sys.stderr)
    print(f"{count} links in the book, {more} in {', '.join(PAGES)}: {len(wrong + more_wrong)} wrong")
    if count < 500 or more < 10:
        sys.exit("there should be more links than that: was the book built?")
    sys.exit(1 if wrong or more_wrong else 0)


if __name__ == "__main__":
    main()
