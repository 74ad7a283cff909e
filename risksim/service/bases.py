"""What every shape that goes over HTTP has in common, so that its description says as much as the code."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from risksim.language import N_

MOST_FIELDS = 200
"""Fields at most of one object, known or not: more than any shape has."""


def few(most: int) -> BeforeValidator:
    """Refuse an object with too many keys before any of them is looked at.

    Of a list the length is looked at first anyway; of an object every single key would be told to be wrong.

    Parameters
    ----------
    most : int
        Keys that are allowed.
    """
    return BeforeValidator(partial(_checked_to_be_few, most))


def _checked_to_be_few(most: int, value: Any) -> Any:
    if isinstance(value, dict) and len(value) > most:
        raise PydanticCustomError("too_long", "too many keys", {"max_length": most})
    return value


def letters(text: str) -> str:
    """Refuse letters that no file holds: half of a pair, and the one that ends texts in databases."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(N_("the text holds a letter that cannot be written to a file"))
    return text


Letters = AfterValidator(letters)
"""Of a text that can be kept and printed."""


class Strict(BaseModel):
    """A body without unknown keys, in which nothing is taken for something else."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: Any) -> Any:
        return _checked_to_be_few(MOST_FIELDS, value)


class Shown(BaseModel):
    """An answer: what has a value where none was given is described as always there, because it is."""

    model_config = ConfigDict(use_attribute_docstrings=True, json_schema_serialization_defaults_required=True)
