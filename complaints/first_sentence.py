"""What heads the page of a case where nobody typed a subject: the first sentence of what happened. Pure text."""

import re

LONGEST = 60
SENTENCE = re.compile(r"(.+?)(?:[。！？!?\n]|\.(?:\s|$)|$)", re.DOTALL)


def first_sentence(text: str, longest: int = LONGEST) -> str:
    """Without its full stop, cut at a word where it is longer than `longest` characters."""
    text = text.strip()
    match = SENTENCE.match(text)
    first = " ".join((match[1] if match else text).split())
    if len(first) <= longest:
        return first
    cut = first[:longest]
    space = cut.rfind(" ")
    return f"{cut[:space] if space > longest // 2 else cut}…"
