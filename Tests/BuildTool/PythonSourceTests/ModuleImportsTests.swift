import Testing

@testable import PythonSource

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
