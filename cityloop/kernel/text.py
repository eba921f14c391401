"""Chinese full-text search by bigrams: two-character words are found by an index.

PostgreSQL's own parsers see a run of Chinese as one word, and trigram indexes cannot serve
two-character words; so the stored vector holds every two neighbouring characters, every single
Chinese character, and whole Latin words and numbers. See SQL function cityloop_bigrams.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"[一-鿿㐀-䶿]+|[0-9a-z]+")

SQL = r"""
CREATE OR REPLACE FUNCTION cityloop_bigrams(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_to_tsvector(array_agg(DISTINCT gram)), ''::tsvector)
  FROM (
    SELECT CASE WHEN run[1] ~ '^[0-9a-z]' THEN run[1] ELSE substr(run[1], n, 2) END AS gram
    FROM regexp_matches(lower(left(words, 4000)), '[一-鿿㐀-䶿]+|[0-9a-z]+', 'g') AS run,
         generate_series(1, CASE WHEN run[1] ~ '^[0-9a-z]' THEN 1
                                 ELSE greatest(length(run[1]) - 1, 1) END) AS n
  ) grams
$$;
"""


def grams(words: str) -> list[str]:
    """The search grams of a text, as the SQL function makes them (same rule, tested together)."""
    found: list[str] = []
    for run in _RUN.findall(words.lower()[:4000]):
        if run[0].isascii() or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(set(found))


def query(words: str) -> str:
    """A tsquery text in which every gram must occur; '' when the words hold nothing searchable.

    A Latin word or number, and a single Chinese character, match by prefix.
    """
    return " & ".join(
        f"'{gram}':*" if gram[0].isascii() or len(gram) == 1 else f"'{gram}'"
        for gram in grams(words)
    )
