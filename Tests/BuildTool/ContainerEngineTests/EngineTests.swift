import Testing

@testable import ContainerEngine

@Test(arguments: [
    ("github.com/docker/buildx v0.13.1 788433953af", true), ("github.com/docker/buildx 0.13.1+ds1 0.13.1", true),
    ("github.com/docker/buildx v0.12.1 x", false), ("github.com/docker/buildx v1.0.0-rc1 x", true), ("", false),
])
func clientsThatTellJSON(version: String, tells: Bool) {
    #expect(Engine.buildxTellsJSON(version) == tells)
}
