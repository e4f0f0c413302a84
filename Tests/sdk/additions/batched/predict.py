from typing import Annotated, Optional

from cog import BaseModel, BaseRunner, Input, Path, Secret, batched


class Box(BaseModel):
    width: int
    label: Optional[str] = None


class Runner(BaseRunner):
    @batched(max_size=8, max_wait=0.001)
    def run(
        self,
        text: list[str] = Input(description="A text", min_length=1),
        ratio: list[Annotated[float, Input(default=1)]] = 1,  # type: ignore
        size: Annotated[list[int], Input(ge=1, le=5)] = Input(default=2, ge=1, le=5),
        mode: list[str] = Input(default="a", choices=["a", "b"]),
        files: list[list[Path]] = Input(default=[]),
        key: list[Optional[Secret]] = Input(default=None),
        box: list[Optional[Box]] = Input(default=None),
    ) -> list[Optional[Box] | ValueError]:
        results: list[Optional[Box] | ValueError] = []
        for index, each in enumerate(text):
            read = "".join(path.read_text() for path in files[index])
            secret = key[index].get_secret_value() if key[index] else ""
            label = f"{each * size[index]} {mode[index]} {read} {secret} {ratio[index]!r} {box[index]}"
            results.append(None if each == "nothing" else Box(width=len(each), label=label))
        return results
