"""What every shape that goes over HTTP has in common, so that its description says as much as the code."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A body without unknown keys, in which nothing is taken for something else."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Shown(BaseModel):
    """An answer: what has a value where none was given is described as always there, because it is."""

    model_config = ConfigDict(use_attribute_docstrings=True, json_schema_serialization_defaults_required=True)
