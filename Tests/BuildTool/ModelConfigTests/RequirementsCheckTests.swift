import Testing

@testable import ModelConfig

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
