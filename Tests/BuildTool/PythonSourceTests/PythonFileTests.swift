import Testing

@testable import PythonSource

private let text = """
    import os


    class Base:
        def run(self, a: int) -> str:
            return ""


    class Runner(Other, Base):
        # class Inner:
        def setup(
            self,
            x=[1, 2],
        ) -> None:
            pass

        async def helper(self): ...


    def train(n: int): pass
    """

@Suite struct PythonFileTests {
    private let file = PythonFile(text)

    @Test func textIsKept() { #expect(file.text == text) }

    @Test func namesAtTheTop() {
        let names = file.topLevelNames()
        #expect(names.classes == ["Base", "Runner"])
        #expect(names.functions == ["train"])
    }

    @Test func signatures() {
        #expect(file.signature(of: "setup", in: "Runner")?.line == 11)
        #expect(file.signature(of: "setup", in: "Runner")?.text.contains("-> None") == true)
        #expect(file.signature(of: "helper", in: "Runner")?.line == 17)
        #expect(file.signature(of: "run", in: "Runner") == nil)
        #expect(file.signature(of: "run", in: "Missing") == nil)
        #expect(file.signature(ofFunction: "train")?.line == 20)
    }

    /// A class of another file is skipped, and a circle ends.
    @Test func inheritedSignatures() {
        #expect(file.inheritedSignature(of: "run", in: "Runner")?.line == 5)
        #expect(file.inheritedSignature(of: "none", in: "Runner") == nil)
        #expect(PythonFile("class A(B): pass\nclass B(A): pass").inheritedSignature(of: "x", in: "A") == nil)
    }

    /// A class ends where the margin is used again, but for brackets and comments.
    @Test func bodies() {
        let file = PythonFile("class A:\n    x = [\n]\n# remark\n    y = 1\n\nz = 2\nclass B: pass")
        #expect(file.classBody("A") == 0..<5)
        #expect(file.classBody("B") == 7..<8)
        #expect(file.classBody("C") == nil)
    }

    @Test func words() {
        #expect(PythonFile("a = b\n# b\nbb = 1\nb_c\nx(b)").indices(ofWord: "b") == [0, 4])
        #expect(PythonFile.replacing("b", with: "c", in: "b bb(b, b_b).b") == "c bb(c, b_b).c")
    }
}

@Suite struct PythonImportTests {
    @Test func forms() {
        let file = PythonFile(
            "from a import b, c as d\nfrom e import (\n    f,\n    g,\n)\nimport h\nfrom i import j  # k")
        let imports = PythonImport.all(in: file)
        #expect(imports.map(\.module) == ["a", "e"])
        #expect(imports.map(\.names) == [["b", "c as d"], ["f", "g"]])
        #expect(imports.map(\.lines) == [0..<1, 1..<5])
    }

    @Test func longStatementsAreBroken() throws {
        let file = PythonFile("from module import a")
        let statement = try #require(PythonImport(in: file, at: 0))
        #expect(statement.text(names: []) == [])
        #expect(statement.text(names: ["a", "b"]) == ["from module import a, b"])
        let long = (0..<9).map { "name_number_\($0)" }
        #expect(statement.text(names: long).count == long.count + 2)
    }

    @Test func namesAreAddedAndRemoved() {
        var file = PythonFile("from cog import A, B\nfrom other import A\n")
        file.removeImports(of: ["A"]) { $0 == "cog" }
        #expect(file.text == "from cog import B\nfrom other import A\n")
        file.removeImports(of: ["B"]) { $0 == "cog" }
        #expect(file.text == "from other import A\n")
        file.addImport(of: "C", from: "other", orAt: 0)
        file.addImport(of: "D", from: "new", orAt: 0)
        file.addImport(of: "D", from: "new", orAt: 0)
        #expect(file.text == "from new import D\nfrom other import C, A\n")
    }
}
