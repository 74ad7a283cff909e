"""What calculations of public savings cannot say: printed wherever such numbers are shown.

References
----------
.. [1] Socialstyrelsen, "Status for SØM," status note, December 2020; Social- og Boligstyrelsen, pages on SØM.
.. [2] PwC, report on the first programmes of Den Sociale Investeringsfond, 2021.
"""

from __future__ import annotations

from risksim.language import Language

LIMITS = (
    (
        "The estimates behind the savings are averages of people in registers. They are not causal and may not fit "
        "this group; only what is net of what would have happened anyway is an effect."
    ),
    "This is no evaluation of a programme, and no means to rank target groups against each other.",
    "The answer is as good as the numbers put in. Responsibility for them rests with whoever uses it.",
    (
        "The Danish investment model SØM calculates without chance and meets uncertainty by changing one number at "
        "a time. Here distributions are added, but the inputs are the same."
    ),
    "The target group and the measure of success must be those behind the figures for savings and prices.",
    "Dynamic and macroeconomic effects are left out.",
    (
        "Savings are not cash: what prevention frees may be used to widen the service, and may not be seen in any "
        "account."
    ),
    (
        "What follows later through the block grant (bloktilskud), equalisation between municipalities (udligning) "
        "and the budget guarantee (budgetgaranti) is left out."
    ),
)
"""The limits in English, a sentence or two each."""

LIMITS_DANISH = (
    (
        "Skønnene bag besparelserne er gennemsnit for personer i registre. De viser ikke årsag og virkning og "
        "passer måske ikke til denne gruppe; kun det, der ligger ud over, hvad der ellers ville være sket, er en "
        "effekt."
    ),
    "Dette er ikke en evaluering af en indsats og ikke et middel til at prioritere mellem målgrupper.",
    "Svaret er ikke bedre end de tal, der er lagt ind. Ansvaret for dem ligger hos brugeren.",
    (
        "Den Socialøkonomiske Investeringsmodel (SØM) regner uden tilfældighed og håndterer usikkerhed ved at "
        "ændre ét tal ad gangen. Her er der lagt fordelinger til, men de indlagte tal er de samme."
    ),
    "Målgruppe og effektmål skal svare til dem, som tallene for besparelser og priser bygger på.",
    "Dynamiske og makroøkonomiske effekter er ikke med.",
    (
        "Besparelser er ikke kontante penge: det, forebyggelse frigør, kan blive brugt til at udvide "
        "serviceniveauet og kan ikke nødvendigvis ses i noget regnskab."
    ),
    "Afledte virkninger gennem bloktilskud, udligning og budgetgaranti er ikke med.",
)
"""The same in Danish, in the same order."""


BY_LANGUAGE: dict[Language, tuple[str, ...]] = {"en": LIMITS, "da": LIMITS_DANISH}


def limits() -> dict[str, list[str]]:
    """The limits for JSON: by language, ``en`` and ``da``."""
    return {language: list(said) for language, said in BY_LANGUAGE.items()}
