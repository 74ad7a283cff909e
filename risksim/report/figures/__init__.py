"""The charts of a deal, each with its words and its numbers: one specification for the memo and the page."""
