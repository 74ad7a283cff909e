"""Minor units: how many of the smallest coin make one unit of a currency (ISO 4217)."""

from __future__ import annotations

WITHOUT_COINS = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
IN_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def minor_units(currency: str) -> int:
    """Minor units in one unit of a currency.

    Parameters
    ----------
    currency : str
        Three-letter code.

    Returns
    -------
    int
        100 for most (øre, cent, pence), 1 where there are no coins, 1000 for a few.

    Examples
    --------
    >>> minor_units("DKK"), minor_units("KRW")
    (100, 1)
    """
    if currency in WITHOUT_COINS:
        return 1
    return 1000 if currency in IN_THOUSANDTHS else 100
