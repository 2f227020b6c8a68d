"""How a command refuses: one sentence, and how to mend it."""


class Problem(Exception):
    """Something a person has to mend; *mend* says how."""

    def __init__(self, sentence: str, mend: str = "") -> None:
        super().__init__(sentence if not mend else f"{sentence}\n  {mend}")
        self.sentence = sentence
        self.mend = mend
