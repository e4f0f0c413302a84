import Testing

@testable import PythonPackages

@Suite struct RequirementsTests {
    @Test(arguments: [
        ("torch==2.1 # why\n\n# nothing\n-e .\nsix", ["torch==2.1", "six"]),
        ("a @ https://h/x#egg=a", ["a @ https://h/x#egg=a"]),
        ("a==1 \\\n  --hash=sha256:0\nb", ["a==1   --hash=sha256:0", "b"]), ("a \\", ["a"]), ("", []),
    ])
    func lines(text: String, lines: [String]) {
        #expect(Requirements(text: text).lines == lines)
    }

    /// An empty text says that the package is there without a version; nil that it isn't.
    @Test(
        arguments: [
            ("torch==2.1", "2.1"), ("torch >= 2.0, <3", "2.0"), ("torch", ""), ("torch[opt]~=2.1 ; x", "2.1"),
            ("torchvision==0.1", nil), ("torch @ https://h/torch-9.whl", nil), ("Torch==1", "1"),
        ] as [(String, String?)])
    func specifiers(text: String, specifier: String?) {
        let requirements = Requirements(text: text)
        #expect(requirements.specifier(of: "torch") == specifier)
        #expect(requirements.version(of: "torch") == (specifier == "" ? nil : specifier))
    }
}

@Suite struct RequirementLineTests {
    @Test func parts() {
        let line = RequirementLine("torch[opt]==2.3.1 ; python_version < '3.12' --hash=a --hash=b")
        #expect(line.requirement == "torch[opt]==2.3.1")
        #expect(line.marker == "; python_version < '3.12'")
        #expect(line.options == ["--hash=a", "--hash=b"])
        #expect(line.with(version: "9") == "torch[opt]==9 ; python_version < '3.12'")
    }

    @Test(
        arguments: [
            ("Scikit_Image==1", "scikit-image"), ("six", "six"), ("six (>=1)", "six"), ("./a.whl", nil),
            ("--pre", nil), ("git+https://h/a.git", nil), ("a @ https://h/b;c", "a"),
        ] as [(String, String?)])
    func names(text: String, name: String?) {
        #expect(RequirementLine(text).name == name)
    }

    @Test(
        arguments: [
            ("six==1.0", "1.0"), ("six == 1.0", "1.0"), ("six", nil), ("six==1.*", nil), ("six===1.0", nil),
            ("six==1,<2", nil), ("six>=1", nil), ("six @ https://h/six==1", nil),
        ] as [(String, String?)])
    func pins(text: String, pin: String?) {
        #expect(RequirementLine(text).pinned == pin)
    }

    /// A semicolon is part of an address unless there is white space before it.
    @Test func semicolonsOfAddresses() {
        #expect(RequirementLine("a @ https://h/b;c").marker == "")
        #expect(RequirementLine("a @ https://h/b ; python_version > '3'").marker == "; python_version > '3'")
    }
}
