import Testing

@testable import ContainerEngine

@Suite struct PublishedPortTests {
    @Test func portsOfOverlappingAddresses() {
        #expect(PublishedPort.overlap("127.0.0.1", "0.0.0.0"))
        #expect(PublishedPort.overlap("::", "10.0.0.1"))
        #expect(PublishedPort.overlap("localhost", "127.0.0.1"))
        #expect(!PublishedPort.overlap("10.0.0.1", "127.0.0.1"))
    }
}
