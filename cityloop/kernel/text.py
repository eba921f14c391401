"""Chinese full-text search by bigrams: two-character words are found by an index.

PostgreSQL's own parsers see a run of Chinese as one word, and trigram indexes cannot serve
two-character words; so the stored vector holds every two neighbouring characters, every single
Chinese character, and whole Latin words and numbers. See SQL function cityloop_bigrams.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"[一-鿿㐀-䶿]+|[0-9a-z]+")

# PL/pgSQL: its plans live as long as the session, while a generated column would plan the query
# of an SQL function anew for every row, at eight times the cost.
SQL = r"""
CREATE OR REPLACE FUNCTION cityloop_bigrams(words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  found text[] := '{}';
  run text;
BEGIN
  FOREACH run IN ARRAY regexp_split_to_array(lower(left(words, 4000)), '[^一-鿿㐀-䶿0-9a-z]+'
      '|(?<=[0-9a-z])(?=[一-鿿㐀-䶿])|(?<=[一-鿿㐀-䶿])(?=[0-9a-z])') LOOP
    IF run = '' THEN
      CONTINUE;
    ELSIF ascii(run) < 128 OR length(run) = 1 THEN
      found := found || run;
    ELSE
      FOR n IN 1..length(run) - 1 LOOP
        found := found || substr(run, n, 2);
      END LOOP;
    END IF;
  END LOOP;
  RETURN array_to_tsvector(found);
END $$;
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
