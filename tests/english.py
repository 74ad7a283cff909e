"""Whether a Danish text has English left in it."""

import re

WORDS = frozenset(
    re.findall(
        r"\w+",
        "the of and with which what where from is are was were this that these those it its not no show write file "
        "instead as an or be been how who whose each than when read name leave take look add only there got try one "
        "two again here them they value values cannot needed other another every because between above below",
    )
)
"""Words that no Danish sentence has."""
NAMES = re.compile(
    r"--[\w-]+|`[^`]*`|'[^']*'|\"[^\"]*\"|<[^>]*>|\S*[/\\.\[\]=_(){}]\w\S*|risksim [a-z-]+|\{\w[^{}]*\}|"
    r"(?:counts|cap|deadweight): [a-z ]+"
)
"""Options, keys, places, quoted names and commands, which are the same in every language."""


def left_in(text: str, *but: str) -> set[str]:
    """The English words of a text, names and codes aside.

    >>> sorted(left_in("fandt 'the cohort' in `public.one`; skriv the other"))
    ['other', 'the']
    """
    return set(re.findall(r"[a-zæøå]+", NAMES.sub(" ", text).lower())) & (WORDS - set(but))
