"""The expressions of GitHub's workflows, as far as action.yml has any.

A function or operator that is not known here is an error: then this has to learn it.
"""

import re

TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|!|\(|\))|([A-Za-z_][\w.-]*))")


def evaluate(text, contexts, status):
    """The value of an expression; `status` is a map of the status functions."""
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise SyntaxError(f"unknown here: {text[at:]!r}")
        tokens.append(match.groups())
        at = match.end()
    value, rest = _either(tokens, contexts, status)
    if rest:
        raise SyntaxError(f"left over: {rest}")
    return value


def fill(text, contexts, status):
    """A value with its `${{ }}` filled in, as text."""
    if not isinstance(text, str):
        return shown(text)
    return re.sub(
        r"\$\{\{(.*?)\}\}", lambda m: shown(evaluate(m.group(1), contexts, status)), text
    )


def condition(text, contexts, status):
    """Whether a step with this `if` runs."""
    if text is None:
        return status["success"]
    inner = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.S)
    value = evaluate(inner.group(1) if inner else text, contexts, status)
    names = r"\b(?:success|failure|cancelled|always)\("
    return bool(value) and (bool(re.search(names, text)) or status["success"])


def shown(value):
    """A value as text."""
    return {None: "", True: "true", False: "false"}.get(value, value)


def _either(tokens, contexts, status):
    value, tokens = _both(tokens, contexts, status)
    while tokens and tokens[0][1] == "||":
        other, tokens = _both(tokens[1:], contexts, status)
        value = value or other
    return value, tokens


def _both(tokens, contexts, status):
    value, tokens = _equal(tokens, contexts, status)
    while tokens and tokens[0][1] == "&&":
        other, tokens = _equal(tokens[1:], contexts, status)
        value = value and other
    return value, tokens


def _equal(tokens, contexts, status):
    value, tokens = _one(tokens, contexts, status)
    while tokens and tokens[0][1] in ("==", "!="):
        operator = tokens[0][1]
        other, tokens = _one(tokens[1:], contexts, status)
        # Texts compare without case.
        same = str(shown(value)).lower() == str(shown(other)).lower()
        value = same if operator == "==" else not same
    return value, tokens


def _one(tokens, contexts, status):
    (string, operator, name), tokens = tokens[0], tokens[1:]
    if string is not None:
        return string[1:-1].replace("''", "'"), tokens
    if operator == "!":
        value, tokens = _one(tokens, contexts, status)
        return not value, tokens
    if operator == "(":
        value, tokens = _either(tokens, contexts, status)
        if tokens[0][1] != ")":
            raise SyntaxError("a parenthesis is open")
        return value, tokens[1:]
    if operator is not None:
        raise SyntaxError(f"{operator} is not expected")
    if len(tokens) > 1 and tokens[0][1] == "(" and tokens[1][1] == ")":
        return status[name], tokens[2:]
    if name in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[name], tokens
    first, *path = name.split(".")
    value = contexts[first]
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value, tokens
