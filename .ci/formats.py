"""Reads what perlscan wrote as its readers do, and fails on what they would get wrong.

    python3 .ci/formats.py FOLDER

FOLDER holds the reports of the example `reports` as NAME.FORMAT. Markdown is made
into HTML by cmark-gfm, which is what GitHub uses, and the HTML is read by html5lib;
the YAML of TAP is read by PyYAML; workflow commands are read by the rules of the
runner's ActionCommand.cs. What is read is compared with NAME.json.
"""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import cmarkgfm
import html5lib
import yaml
from cmarkgfm.cmark import Options

problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def visible(text):
    """The text without what neither a terminal nor a page shows, in single blanks."""
    text = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]", " ", text)
    text = re.sub(
        r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
        r"\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]",
        "",
        text,
    )
    return " ".join(text.replace("##[", "## [").split())


def is_open(finding):
    return finding["suppressed"] is None


# Markdown ---------------------------------------------------------------------

# What the format writes itself.
OURS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "a", "strong", "br"}
CVE = re.compile(r"https://www\.cve\.org/CVERecord\?id=CVE-[0-9-]+\Z")


def markdown(name, text, report):
    check(len(text.encode()) <= 1024 * 1024, f"{name}: more than a step's summary may have")
    options = Options.CMARK_OPT_UNSAFE
    html = cmarkgfm.github_flavored_markdown_to_html(text, options)
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    headings = 0
    for element in tree.iter():
        if not isinstance(element.tag, str):
            # A comment: the empty ones are ours.
            check(not (element.text or "").strip(), f"{name}: a comment {element.text!r}")
            continue
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        check(element.tag in OURS, f"{name}: an element {element.tag}")
        headings += element.tag == "h2"
        wanted = {"a": {"href"}}.get(element.tag, set())
        check(set(element.attrib) <= wanted, f"{name}: {element.tag} with {element.attrib}")
        if element.tag == "a":
            check(CVE.match(element.attrib.get("href", "")), f"{name}: a link {element.attrib}")
    check(headings == 1, f"{name}: {headings} headings")
    # Nothing that GitHub finds in text when Markdown has been read: mentions,
    # references, mathematics.
    for piece in texts(tree):
        found = re.search(r"@\w|#\d|\$\S.*\$", piece)
        check(not found, f"{name}: {found and found.group()!r} in {piece!r}")
    # Every cell is a column's, and every finding has its row.
    rows = []
    for table in tree.iter("table"):
        columns = len(table.findall("thead/tr/th"))
        for row in table.findall("tbody/tr"):
            cells = [" ".join("".join(words(cell)).split()) for cell in row.findall("td")]
            check(len(cells) == columns, f"{name}: a row of {len(cells)} cells of {columns}")
            rows.append(cells)
    cut = "cut: the page is full" in text
    shown = {(row[0], row[2]) for row in rows if len(row) == 6}
    for finding in report["findings"]:
        ids = [finding["id"], *finding["aliases"]]
        dist = visible(finding["dist"])
        check(cut or any((dist, one) in shown for one in ids), f"{name}: no row of {dist} {ids[0]}")


def words(element):
    """The text of an element, past comments."""
    if isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from words(child)
            yield child.tail or ""


def texts(tree):
    """Pieces of text outside of code, as the comments part them."""
    def walk(element, in_code):
        in_code = in_code or element.tag == "code"
        if element.text and not in_code and isinstance(element.tag, str):
            yield element.text
        for child in element:
            yield from walk(child, in_code)
            if child.tail and not in_code:
                yield child.tail

    yield from walk(tree, False)


# Workflow commands ------------------------------------------------------------

DATA = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
PROPERTY = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]


def unescape(text, escapes):
    # One after the other, in the runner's order.
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text


def command(line):
    """What the runner makes of a line: (word, properties, data), or None.

    First the new style (TryParseV2), then the old one (TryParse), which is looked
    for anywhere in the line. Every word counts as registered.
    """
    stripped = line.lstrip()
    if stripped.startswith("::"):
        end = stripped.find("::", 2)
        if end >= 0:
            word, _, rest = stripped[2:end].partition(" ")
            properties = {}
            for pair in filter(None, rest.strip().split(",")):
                # Empty entries are removed: a leading "=" of either part is lost.
                key, equals, value = pair.lstrip("=").partition("=")
                value = value.lstrip("=")
                if equals and value:
                    properties[key] = unescape(value, PROPERTY)
            return word, properties, unescape(stripped[end + 2 :], DATA)
    start = line.find("##[")
    if start >= 0:
        end = line.find("]", start)
        if end >= 0:
            return line[start + 3 : end].split(" ")[0], {}, line[end + 1 :]
    return None


def github(name, text, report):
    commands = []
    for line in text.split("\n")[:-1]:
        read = command(line)
        if read is None:
            check(False, f"{name}: no command: {line!r}")
            continue
        word, properties, data = read
        check(word in {"error", "warning", "notice"}, f"{name}: a command {word!r}")
        check(set(properties) <= {"file", "line", "col", "title"}, f"{name}: {properties}")
        check("title" in properties, f"{name}: no title: {line!r}")
        check("col" not in properties or "line" in properties, f"{name}: a column without a line")
        check(len(data) <= 4096, f"{name}: a message of {len(data)} characters")
        commands.append(read)
    words = [word for word, _, _ in commands]
    order = ["error", "warning", "notice"]
    check(words == sorted(words, key=order.index), f"{name}: not the gravest first")
    # Advisory, "in" and distribution: no blank is in either.
    titles = {" ".join(p["title"].split()[:3]) for _, p, _ in commands}
    for finding in filter(is_open, report["findings"]):
        wanted = visible(f"{public_id(finding)} in {finding['dist']}").split()[:3]
        wanted = " ".join(wanted)
        check(wanted in titles, f"{name}: no {wanted}")
    fails = sum(f["fails"] and is_open(f) for f in report["findings"])
    fails += sum(remark["fails"] for remark in report["remarks"])
    check(words.count("error") >= fails, f"{name}: fewer errors than {fails}")
    check(fails > 0 or report["outcome"]["exit_code"] == 2 or "error" not in words, f"{name}: an error")
    first = next((p["title"] for w, p, _ in commands if w == "notice"), None)
    check(first == "perlscan", f"{name}: the account would not be shown")


def public_id(finding):
    return next((one for one in finding["aliases"] if one.startswith("CVE-")), finding["id"])


def no_commands(name, text):
    for line in text.split("\n"):
        check(command(line) is None, f"{name}: the runner would carry out {line!r}")


# The YAML of TAP --------------------------------------------------------------

def tap(name, text, report):
    blocks, block = [], None
    for line in text.split("\n"):
        if line == "  ---":
            block = []
        elif line == "  ..." and block is not None:
            blocks.append(yaml.safe_load("\n".join(block)))
            block = None
        elif block is not None:
            block.append(line[2:])
    check(block is None, f"{name}: a block without an end")
    by_id = {(one["id"], one.get("project", "")): one for one in blocks if "id" in one}
    for finding in filter(is_open, report["findings"]):
        one = by_id.get((visible(finding["id"]), visible(finding["project"])))
        if one is None:
            check(False, f"{name}: no block of {finding['id']}")
            continue
        places = [place["origin"] for place in one.get("places", [])]
        origins = [place["origin"] for place in finding["locations"]]
        check(places == origins, f"{name}: {finding['id']}: {places} for {origins}")
        advice = " ".join(one.get("advice", "").split())
        check(advice == visible(finding["advice"]), f"{name}: {advice!r}")


# JUnit -------------------------------------------------------------------------

def junit(name, text, report):
    root = ElementTree.fromstring(text.encode())
    counted = {"tests": 0, "failures": 0, "errors": 0}
    for suite in root:
        cases = suite.findall("testcase")
        names = {(case.get("classname"), case.get("name")) for case in cases}
        check(len(names) == len(cases), f"{name}: two cases of one name")
        of = lambda kind: sum(case.find(kind) is not None for case in cases)
        wanted = {
            "tests": len(cases),
            "failures": of("failure"),
            "errors": of("error"),
            "skipped": of("skipped"),
        }
        for key, number in wanted.items():
            check(suite.get(key) == str(number), f"{name}: {key} of {suite.get('name')}")
            if key in counted:
                counted[key] += number
    for key, number in counted.items():
        check(root.get(key) == str(number), f"{name}: {key} of all")
    fails = sum(f["fails"] and is_open(f) for f in report["findings"])
    fails += sum(remark["fails"] for remark in report["remarks"])
    check(counted["failures"] == fails, f"{name}: {counted['failures']} failures for {fails}")
    incomplete = report["outcome"]["incomplete"]
    check((counted["errors"] > 0) == incomplete, f"{name}: {counted['errors']} errors")


# ------------------------------------------------------------------------------

def main():
    folder = Path(sys.argv[1])
    counts = {}
    for path in sorted(folder.iterdir()):
        text = path.read_bytes().decode("utf-8")
        kind = path.suffix[1:]
        readers = {"markdown": markdown, "github": github, "tap": tap, "junit": junit}
        if kind != "github":
            no_commands(path.name, text)
        if kind in readers:
            report = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            # What a change has not brought in is counted only.
            shown = [f for f in report["findings"] if f.get("change") != "known"]
            report["findings"] = shown
            readers[kind](path.name, text, report)
        counts[kind] = counts.get(kind, 0) + 1
    for kind in ("table", "json", "jsonl", "sarif", "tap", "junit", "markdown", "github"):
        check(counts.get(kind, 0) > 10, f"there are no reports as {kind}")
    read = ", ".join(f"{n} as {kind}" for kind, n in sorted(counts.items()))
    for problem in problems[:40]:
        print(problem, file=sys.stderr)
    print(f"formats.py: {read}; {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
