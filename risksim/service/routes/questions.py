"""Which questions there are, and how each is asked."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter

from risksim.replies import QUESTIONS
from risksim.service.routes.shapes import QuestionPage, QuestionShown

router = APIRouter(prefix="/api/v1", tags=["runs"])


@router.get("/questions", response_model=QuestionPage)
def list_questions() -> QuestionPage:
    """The questions that may be asked, and the wishes of each as JSON Schema: the options of the command.

    Defaults and ranges are those of the command line.
    """
    return _questions()


@cache
def _questions() -> QuestionPage:
    return QuestionPage(
        questions=[
            QuestionShown(
                question=name,
                least=one.deals[0],
                most=one.deals[1],
                table=one.has_table,
                summary=(one.wishes.__doc__ or "").strip(),
                wishes=one.wishes.model_json_schema(),
            )
            for name, one in QUESTIONS.items()
        ]
    )
