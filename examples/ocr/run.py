"""Reads the text in a photograph: RapidOCR's detection and recognition networks on onnxruntime."""

from rapidocr_onnxruntime import RapidOCR

from cog import BaseModel, BaseRunner, Input, Path


class Line(BaseModel):
    text: str
    confidence: float
    corners: list[list[float]]  # four [x, y] in pixels, clockwise from the top left


class Runner(BaseRunner):
    """
    # Read text

    Finds the text in a photograph.
    """

    def setup(self) -> None:
        """Load the networks. Their weights are part of the rapidocr-onnxruntime package."""
        self.engine = RapidOCR()

    def run(
        self,
        image: Path = Input(description="The photograph"),
        min_confidence: float = Input(description="Leave out lines below this", default=0.5, ge=0.0, le=1.0),
    ) -> list[Line]:
        found, _ = self.engine(str(image))
        lines = [
            Line(text=text, confidence=round(float(confidence), 3), corners=[[float(x), float(y)] for x, y in corners])
            for corners, text, confidence in found or []
            if float(confidence) >= min_confidence
        ]
        print(f"{len(lines)} lines read")
        return lines
