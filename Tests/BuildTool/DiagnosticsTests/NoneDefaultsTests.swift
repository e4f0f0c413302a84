import PythonSource
import Testing

@testable import Diagnostics

private func find(_ parameters: String) -> NoneDefaults {
    NoneDefaults(in: PythonFile("def run[T](\(parameters)) -> str:\n    pass\n"), definedAt: 1)
}

@Suite struct NoneDefaultsTests {
    @Test(arguments: [
        ("a: str = None", "a: str | None = None"), ("a: int=Input(default=None)", "a: int | None=Input(default=None)"),
        ("a: Path = Input(None, description=\"x, y\")", "a: Path | None = Input(None, description=\"x, y\")"),
        ("a: list[int] = None", "a: list[int] | None = None"), ("a: 'str' = None", "a: 'str | None' = None"),
        ("a: Annotated[str, Input(default=None)]", "a: Annotated[str | None, Input(default=None)]"),
        ("self, a: str = None, b: int = 1", "self, a: str | None = None, b: int = 1"),
    ])
    func repaired(parameters: String, expected: String) {
        #expect(find(parameters).repaired().text == "def run[T](\(expected)) -> str:\n    pass\n")
    }

    @Test(arguments: [
        "a: str | None = None", "a: Optional[str] = None", "a: Union[str, None] = None", "a: Any = None", "a=None",
        "a: str = \"None\"", "a: str = Input(default=1)", "a: typing.Optional[str] = Input(default=None)",
        "a: Literal['x', None] = None", "",
    ])
    func right(parameters: String) {
        #expect(find(parameters).inputs == [])
    }

    @Test func places() {
        let file = PythonFile("x = 1\ndef run(\n    a: int,\n    b: str = None,  # why\n): pass")
        let input = NoneDefaults(in: file, definedAt: 2).inputs.first
        #expect(input?.name == "b")
        #expect(input?.line == 4)
        #expect(input?.optional == "str | None")
    }
}
