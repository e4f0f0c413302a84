import Testing
import ToolBasics

@testable import Projects

@Test(arguments: [
    ("/home/me/My Model", "cog-my-model"),
    ("/home/me/cog-hotdog", "cog-hotdog"),
    ("/home/me/Größe_1.5", "cog-gre15"),
    ("/home/me/-x-", "cog-x"),
    ("/home/me/ünö", "cog-n"),
    ("/home/me/模型", "cog-model"),
    ("/", "cog-model"),
    ("/a/abcdefghijklmnopqrstuvwxyz0123456789", "cog-abcdefghijklmnopqrstuvwxyz"),
])
func derivedImageName(directory: String, name: String) {
    #expect(Project.imageName(ofDirectory: directory) == name)
    #expect(throws: Never.self) { try ImageReference(name) }
}
