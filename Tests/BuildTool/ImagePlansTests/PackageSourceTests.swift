import ModelConfig
import Testing
import ToolBasics

@testable import ImagePlans

@Suite struct PackageSourceTests {
    @Test(
        arguments: [
            (.file("/d/cog-1.2.3-py3-none-any.whl"), "cog-1.2.3-py3-none-any.whl", "1.2.3"),
            (.url("https://h/cog-1.2.3-py3-none-any.whl"), "https://h/cog-1.2.3-py3-none-any.whl", "1.2.3"),
            (.url("https://h/x.whl"), "https://h/x.whl", nil),
            (.release("0.18.1", prerelease: false), "cog==0.18.1", "0.18.1"),
            (.release(nil, prerelease: true), "cog", nil),
        ] as [(PackageSource, String, String?)])
    func names(source: PackageSource, text: String, version: String?) {
        #expect(source.text("cog") == text)
        #expect(source.version == version)
        #expect(source.argument("cog", directory: "/b") == (text.hasPrefix("cog-") ? "/b/" + text : text))
    }

    @Test(arguments: [("0.17.0-rc1", "0.17.0rc1"), ("1.0-alpha2", "1.0a2"), ("1.0-beta1", "1.0b1"), ("1.0", "1.0")])
    func spellingsOfPreReleases(given: String, spelled: String) {
        #expect(PackageSources.normalized(given) == spelled)
        #expect(PackageSources.release(given) == .release(spelled, prerelease: given != spelled))
    }
}

private func sources(_ environment: [String: String] = [:], sdkVersion: String? = nil, _ place: Distribution) throws
    -> PackageSources
{
    var config = Config()
    config.build.sdkVersion = sdkVersion
    return try PackageSources.find(
        config: config, environment: environment, directories: [place.directory + "/share/cog"],
        working: place.directory)
}

@Suite struct PackageSourcesTests {
    private let place: Distribution

    init() throws { place = try Distribution() }

    /// Newest first; wheels for other machines are left out.
    @Test func wheels() throws {
        for name in [
            "cog-9.0.0-py3-none-any.whl", "cog-10.0.0-py3-none-any.whl", "cog-11-py3-none-win_arm64.whl", "x.whl",
        ] {
            try place.write("", to: "w/" + name)
        }
        let found = PackageSources.wheels("cog", in: [place.directory + "/none", place.directory + "/w"])
        #expect(
            found.map { $0.split(separator: "/").last } == [
                "cog-10.0.0-py3-none-any.whl", "cog-9.0.0-py3-none-any.whl",
            ])
    }

    @Test func variablesComeFirst() throws {
        let given = try sources(["COG_SDK_WHEEL": "pypi:0.17.0", "COGLET_WHEEL": "pypi"], sdkVersion: "0.18.0", place)
        #expect(given.sdk == .release("0.17.0", prerelease: false))
        #expect(given.server == .release(nil, prerelease: false))
        #expect(given.notes == [.info("Using coglet from PyPI: coglet")])
        #expect(try sources(["COG_SDK_WHEEL": "https://h/a.whl"], place).sdk == .url("https://h/a.whl"))
        let wheel = "share/cog/cog-\(ProgramVersion.current)-py3-none-any.whl"
        #expect(try sources(["COG_SDK_WHEEL": wheel], place).sdk == .file(place.directory + "/" + wheel))
        #expect(try sources(["COG_SDK_WHEEL": "share/cog"], place).sdk == .file(place.directory + "/" + wheel))
    }

    /// An older SDK has a server of its own.
    @Test func olderReleases() throws {
        let old = try sources(["COGLET_WHEEL": "pypi"], sdkVersion: "0.16.2", place)
        #expect(old.server == nil)
        #expect(old.notes == [.info("Skipping coglet install for legacy SDK")])
        #expect {
            _ = try sources(sdkVersion: "0.15.9", place)
        } throws: {
            "\($0)" == "cog version 0.15.9 is below the minimum required version 0.16.0"
        }
    }

    @Test(arguments: [
        ("none.whl", "path not found: none.whl"), ("empty", "no wheel matching 'cog-*.whl' found in empty"),
        ("file.txt;x", "is not named like a wheel"), ("many", "multiple wheels matching"), ("a\nb", "line break"),
    ])
    func mistakes(value: String, reason: String) throws {
        for name in ["empty/x", "file.txt;x", "many/cog-1-py3-none-any.whl", "many/cog-2-py3-none-any.whl"] {
            try place.write("", to: name)
        }
        #expect {
            _ = try sources(["COG_SDK_WHEEL": value], place)
        } throws: {
            "\($0)".hasPrefix("COG_SDK_WHEEL: ") && "\($0)".contains(reason)
        }
    }
}
