import Testing

@testable import PythonPackages

@Suite struct LocalArtifactTests {
    @Test(
        arguments: [
            ("./a-1.0-py3-none-any.whl", "./a-1.0-py3-none-any.whl"), ("wheels/my own.tar.gz", "wheels/my own.tar.gz"),
            ("a.zip", "a.zip"), ("six==1.0", nil), ("a @ https://h/a.whl", nil), ("https://h/a.whl", nil),
            ("--pre", nil), ("-r https://h/r.txt", nil),
        ] as [(String, String?)])
    func paths(line: String, path: String?) throws {
        #expect(try LocalArtifact.path(in: line) == path)
    }

    /// What only this machine could find is refused, with the line.
    @Test(arguments: [
        ("file:///a.whl", "file URL"), ("a @ ./a.whl", "give the bare path"), ("./folder", "not a supported wheel"),
        ("-r more.txt", "local requirements option \"-r\""), ("-e ./a", "local requirements option \"-e\""),
        ("./a.whl[x]", "extras are not supported"), ("./a.whl; x", "environment markers are not supported"),
        ("./a.whl --hash=x", "inline options or hashes"),
    ])
    func otherPlaces(line: String, reason: String) {
        #expect {
            _ = try LocalArtifact.path(in: line)
        } throws: {
            "\($0)".contains(reason) && ("\($0)".contains(line) || "\($0)".contains("./folder"))
        }
    }
}

/// Packages by other names than their modules.
@Test(arguments: [
    ("cv2", "opencv-python-headless"), ("PIL", "pillow"), ("yaml", "pyyaml"), ("my_module", "my-module"),
])
func packagesToRecommend(module: String, package: String) {
    #expect(PackageNames.package(of: module) == package)
    #expect(PackageNames.brings(package, module))
}
