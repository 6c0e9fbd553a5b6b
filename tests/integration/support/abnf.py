# SPDX-License-Identifier: ISC
"""A grammar of a page (ABNF, RFC 5234, without incremental alternatives and recursion) as regular expressions."""

import re

TOKEN = re.compile(r'\s*(?:"(?P<text>[^"]*)"|%x(?P<first>[0-9A-F]{2})(?:-(?P<last>[0-9A-F]{2}))?|(?P<name>[a-zA-Z][\w-]*)|'
                   r'(?P<least>\d*)(?P<star>\*)(?P<most>\d*)|(?P<sign>[][()/]))')
CORE = {"DIGIT": "[0-9]"}
SIGNS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "/": "|"}


def read(page):
    """{name: regular expression} of the rules in its block ```abnf."""
    [block] = re.findall(r"^```abnf\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = re.sub(r"\n[ \t]+", " ", re.sub(r" +;.*", "", block)).splitlines()
    rules = dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in lines)
    return {name: _translate(rules, name) for name in rules}


def _translate(rules, name):
    """A rule, with those it is made of in it."""
    expression, repeat, at, text = "", "", 0, rules[name].rstrip()
    while at < len(text):
        token = TOKEN.match(text, at)
        assert token, f"{name}: {text[at:]!r} is no ABNF"
        at = token.end()
        if token["star"]:
            repeat = f"{{{token['least'] or 0},{token['most']}}}"
            continue
        if token["sign"] in SIGNS:
            assert not (repeat and token["sign"] not in "(["), f"{name}: a repetition of nothing"
            expression += f"(?:{_group(rules, text, at)[0]}){repeat}" if repeat else SIGNS[token["sign"]]
            at = _group(rules, text, at)[1] if repeat else at
        else:
            expression += f"(?:{_element(rules, token)}){repeat}"
        repeat = ""
    return f"(?:{expression})"


def _group(rules, text, at):
    """What stands up to the closing bracket of a group that is repeated, and where that ends."""
    end = text.index(")", at)
    return _translate({**rules, "group": text[at:end]}, "group"), end + 1


def _element(rules, token):
    if token["text"] is not None:
        return re.escape(token["text"])
    if token["first"]:
        return f"[\\x{token['first']}-\\x{token['last'] or token['first']}]"
    return CORE.get(token["name"]) or _translate(rules, token["name"])
