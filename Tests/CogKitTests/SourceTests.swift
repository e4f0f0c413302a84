import Testing

@testable import CogKit

// MARK: - Places

@Test(arguments: [
    ("build: a", 1, 8, "f:1:8: wrong\n  build: a\n         ^"),
    ("a\n\tb: c", 2, 2, "f:2:2: wrong\n  \tb: c\n  \t^"),
    ("é: x", 1, 4, "f:1:4: wrong\n  é: x\n     ^"),
    ("a", 1, 2, "f:1:2: wrong\n  a\n   ^"),
    ("a", 3, 1, "f:3:1: wrong"),
])
func places(text: String, line: Int, column: Int, message: String) {
    #expect(SourceText(text, file: "f").message("wrong", at: .init(line: line, column: column)) == message)
}

/// Of a long line only what is near is shown.
@Test func longLines() {
    let text = String(repeating: "a", count: 200) + "B" + String(repeating: "c", count: 200)
    let lines = SourceText(text, file: "f").excerpt(.init(line: 1, column: 201)).split(separator: "\n")
    #expect(lines[0].count < 140)
    #expect(Array(lines[0])[lines[1].count - 1] == "B")
}

// MARK: - Imports

private func modules(_ text: String, everywhere: Bool = false) -> [String] {
    ModuleImports.statements(in: text, everywhere: everywhere).map { "\($0.module):\($0.line)" }
}

@Test(arguments: [
    ("import a\nimport b.c as d, e", ["a:1", "b.c:2", "e:2"]),
    ("from a.b import (\n    c,\n    d,\n)\nimport e", ["a.b:1", "e:5"]),
    ("from . import a\nfrom .b import c", [".:1", ".b:2"]),
    ("'''\nimport a\n'''\nimport b", ["b:4"]),
    ("x = 'import a'  # import b\nimport c", ["c:2"]),
    ("try:\n    import a\nexcept ImportError:\n    import b\nimport c", ["c:5"]),
    ("if x:\n    import a\nelse:\n    import b\nimport c", ["c:5"]),
    ("import a, \\\n    b\nimport c", ["a:1", "b:1", "c:3"]),
    ("important = 1\nfromage = 2\n", []),
])
func imports(text: String, found: [String]) {
    #expect(modules(text) == found)
}

/// Those inside functions count in the entry file alone, where `setup()` has them.
@Test func importsInFunctions() {
    let text =
        "class A:\n    def setup(self):\n        import a\n        try:\n            import b\n        except E:\n            pass\n        import c\n"
    #expect(modules(text) == [])
    #expect(modules(text, everywhere: true) == ["a:3", "c:8"])
}

private func imported(_ module: String, requirements: [String] = [], run: [String] = []) -> ImportedPackages {
    var config = Config()
    config.build.pythonRequirements = "r.txt"
    config.build.run = run.map { Config.RunStep(command: $0) }
    return ImportedPackages(
        [.init(module: module, file: "p.py", line: 3)], requirements: Requirements(packages: requirements),
        config: config)
}

@Test(arguments: [
    ("cv2", ["opencv-python==4.10"]), ("PIL", ["torchvision"]), ("numpy", ["torch==2.5.1"]), ("yaml", ["pyyaml"]),
    ("onnxruntime", ["onnxruntime-gpu==1.20"]), ("skimage", ["Scikit_Image"]), ("torch", ["some-unknown-package"]),
    ("anything", ["git+https://example.com/a.git"]), ("anything", ["./a.whl"]), ("dateutil", ["python-dateutil"]),
])
func provided(module: String, requirements: [String]) {
    let packages = imported(module, requirements: requirements)
    #expect(packages.notes.isEmpty)
    #expect(packages.added.isEmpty)
}

@Test(arguments: [
    ("tool", "pip install tool==1.0"), ("tool", "pip install -r other.txt"), ("tool", "conda install x"),
    ("my_tool", "uv pip install My-Tool"), ("tool", "cd x && python setup.py install"),
])
func providedByAStep(module: String, step: String) {
    #expect(imported(module, run: [step]).notes.isEmpty)
}

@Test(arguments: [
    ("cv2", ["torch==2.5.1"], "opencv-python-headless"), ("sklearn", [], "scikit-learn"),
    ("rare_thing", ["some-unknown-package"], "rare-thing"),
])
func missing(module: String, requirements: [String], package: String) {
    let warning = "p.py:3: no requirement provides the module \"\(module)\": add \(package) to r.txt"
    #expect(imported(module, requirements: requirements).notes == [.warning(warning)])
}

/// What the original's SDK depended on is there for models that never named it.
@Test func packagesThatTheSDKOnceBrought() {
    #expect(imported("yaml").added == ["pyyaml"])
    #expect(imported("requests", requirements: ["diffusers"]).added == [])
}

// MARK: - Requirements

@Test(arguments: [
    "torch==2.1", "torch", "torch[opt] >= 1.0, < 2", "torch ~= 2.1 ; python_version < '3.12'", "-e .",
    "--extra-index-url https://a", "a @ https://b/c.whl", "git+https://a/b.git", "./a.whl", "six==1.0 # why",
    "six (>=1.0)",
    "six==1.*", "-r https://a/b.txt", "numpy==1.0; python_version < '3.11'\nnumpy==2.0; python_version >= '3.11'",
    "a==1 \\\n    --hash=sha256:0", "six==1.0\nsix==1.0",
])
func requirementsThatAreRight(text: String) {
    #expect(RequirementsCheck(text, file: "r.txt").problems == [])
}

@Test(arguments: [
    ("torch=2.1", "write \"torch==2.1\""), ("torch 2.1", "write \"torch==2.1\""),
    ("torch=>2.1", "write \"torch>=2.1\""),
    ("torch==", "has no version after \"==\""), ("six torch", "write one package a line"),
    ("pip install six", "write \"six\""), ("-r a.txt", "put its lines here"), ("-c a.txt", "put its lines here"),
    ("six==1\nsix==2", "keep one of them"),
])
func requirementsThatPipRefuses(text: String, fix: String) {
    let problems = RequirementsCheck(text, file: "r.txt").problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains(fix) == true)
}

// MARK: - Failures of a description

@Test func everyPartOfAFailureIsToldOnce() {
    let output = """
        Traceback (most recent call last):
          File "predict.py", line 1, in <module>
            import cv2
        ModuleNotFoundError: No module named 'cv2'
        ERROR: failed to load predictor: ModuleNotFoundError: No module named 'cv2'
        """
    let expected = """
        failed to load predictor: ModuleNotFoundError: No module named 'cv2'
        Add opencv-python-headless to the requirements in cog.yaml, or correct the import.
        Traceback (most recent call last):
          File "predict.py", line 1, in <module>
            import cv2
        """
    #expect(DescriptionFailure(output).text == expected)
    #expect(DescriptionFailure("killed\n").text == "killed")
}
