from __future__ import annotations

import pytest

from millrace.artifacts import parts_of
from millrace.errors import InvalidParameterValue

BAD = [
    *("..", "../x", "a/..", "a/../b", "a/../../b", "./..", "a/./../b"),
    *("%2e%2e", "%2E%2e/x", "..%2fx", "a%2f..%2fb", "%252e%252e/x", "%25252e%25252e%25252fx", "a/%2e%2e/b"),
    *("/", "/etc/passwd", "//a", "%2fetc", "%252fetc"),
    *(
        "file:///etc",
        "FILE:/etc",
        "file:x",
        "file:%2f%2f%2fetc",
        "s3://bucket/x",
        "http://host/x",
        "x:/y",
        "%66ile:///etc",
    ),
    *("C:/x", "c:x", "C:\\x", "C%3a/x", "\\\\host\\share", "a\\b", "a%5c..%5cb", "a%255cb"),
    *("a\0b", "a%00b", "a%2500b", "\x7f", "a\nb", "a\rb", "\t"),
    *("#/../x", "a?/../b", "a;/../b", "..%3b/../x"),
    *(".millrace-1", "a/.millrace-uploads/1", "%2emillrace-1"),
    *("a" * 256, "é" * 128, "\ud800"),
    "%" + "25" * 20 + "2e",
]

GOOD = {
    "": (),
    ".": (),
    "a": ("a",),
    "./a": ("a",),
    "a//b/": ("a", "b"),
    "a/./b": ("a", "b"),
    "...": ("...",),
    "..a/b..": ("..a", "b.."),
    "é ü/漢字.txt": ("é ü", "漢字.txt"),
    "a;b": ("a;b",),
    "a?b=c&d": ("a?b=c&d",),
    "100%.txt": ("100%.txt",),
    "a%20b": ("a%20b",),
    "key#a%step%17%timestamp%1%x.png": ("key#a%step%17%timestamp%1%x.png",),
    "12:30.png": ("12:30.png",),
    "plots/a:b": ("plots", "a:b"),
    "~": ("~",),
    ".hidden": (".hidden",),
    "a" * 255: ("a" * 255,),
}


@pytest.mark.parametrize("path", BAD)
def test_paths_that_lead_out_are_refused(path: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"^Invalid path$"):
        parts_of(path)


@pytest.mark.parametrize("path", GOOD)
def test_other_paths_are_taken_apart(path: str) -> None:
    assert parts_of(path) == GOOD[path]
