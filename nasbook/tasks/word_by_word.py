"""Translation word by word: which word stands for which, told by pairs of sentences (Brown et al. 1993)."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from nasbook.tasks.bleu import WORD, tokens


class WordByWord:
    """IBM's Model 1 without its empty word: each word of a translation comes from one word of the sentence.

    Which one is not known, so each is held responsible for a share, in proportion to how probable the word is
    after it; shares are counted, probabilities follow from the counts, and both are done again. That is EM
    (expectation, maximization).
    """

    def __init__(self, rounds: int = 5):
        self.rounds = rounds

    def fit(self, sentences: Sequence[str], translations: Sequence[str]) -> "WordByWord":
        pairs = [(tokens(a), tokens(b)) for a, b in zip(sentences, translations, strict=True)]
        probable: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(lambda: 1.0))
        for _ in range(self.rounds):
            counts: dict[str, Counter] = defaultdict(Counter)
            for words, translation in pairs:
                for said in translation:
                    shares = [probable[word][said] for word in words]
                    whole = sum(shares)
                    for word, share in zip(words, shares, strict=True):
                        counts[word][said] += share / whole
            for word, said in counts.items():
                whole = said.total()
                probable[word] = defaultdict(float, {one: share / whole for one, share in said.items()})
        self.probable = dict(probable)
        self.words = {word: max(said, key=said.get) for word, said in probable.items()}
        return self

    def predict(self, sentences: Sequence[str]) -> list[str]:
        """For each word the one it most probably became; a word never seen stays as it is."""
        return [WORD.sub(lambda found: self.words.get(found[0], found[0]), one) for one in sentences]
