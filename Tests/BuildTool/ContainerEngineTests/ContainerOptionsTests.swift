import Glibc
import Testing

@testable import ContainerEngine

@Suite struct ContainerOptionsTests {
    @Test func arguments() {
        var options = ContainerOptions(name: "n", image: "i")
        let start = ["run", "--rm", "--name", "n", "--platform", "linux/amd64", "--shm-size", "6g"]
        #expect(options.arguments == start + ["i"])
        options.command = ["python", "-c", "x"]
        options.environment = ["A=1", "B"]
        options.binds = ["/p:/src"]
        options.publish = ["127.0.0.1:1:5000"]
        options.gpus = "device=0,1"
        options.workingDirectory = "/src"
        options.passesSignals = false
        options.interactive = true
        options.terminal = true
        options.stopSignal = "SIGINT"
        options.stopTimeout = 30
        options.reachesHost = true
        #expect(
            options.arguments == start + [
                "--sig-proxy=false", "--stop-signal", "SIGINT", "--stop-timeout", "30", "--interactive", "--tty",
                "--gpus", "\"device=0,1\"", "--publish", "127.0.0.1:1:5000", "--volume", "/p:/src",
                "--add-host", "host.docker.internal:host-gateway", "--workdir", "/src", "--env", "A=1", "--env", "B",
                "i", "python", "-c", "x",
            ])
        #expect(options.removedVariables == ["B"])
    }

    @Test(arguments: ["all", "0", "2", "device=0", "device=0,1"])
    func gpus(value: String) throws {
        #expect(try ContainerOptions.checkGPUs(value) == value)
        #expect(try ContainerOptions.checkGPUs("") == nil)
    }

    @Test(arguments: ["-1", "some", "device=", "1.5"])
    func otherGPUs(value: String) {
        #expect {
            _ = try ContainerOptions.checkGPUs(value)
        } throws: {
            "\($0)" == "invalid GPU specification: \"\(value)\""
        }
    }
}

@Suite struct PortFormTests {
    @Test(arguments: [
        ("8000", "127.0.0.1:8000:8000"), ("0.0.0.0:80", "0.0.0.0:80:80"), ("[::1]:80", "[::1]:80:80"),
        ("::1:80", "[::1]:80:80"), ("name:65535", "name:65535:65535"),
    ])
    func ports(value: String, published: String) throws {
        #expect(try PublishedPort.parse(value) == published)
    }

    @Test(arguments: [
        ("", "value cannot be empty"), ("0", "between 1 and 65535"), ("65536", "between 1 and 65535"),
        ("a", "between 1 and 65535"), (":80", "host cannot be empty"), ("[]:80", "host cannot be empty"),
        ("[::1", "missing closing bracket"), ("[::1]", "port is required"), ("[::1]80", "expected ':' after ']'"),
    ])
    func otherPorts(value: String, reason: String) {
        #expect {
            _ = try PublishedPort.parse(value)
        } throws: {
            "\($0)".hasPrefix("invalid port \"\(value)\": ") && "\($0)".contains(reason)
        }
    }

    @Test func brackets() {
        #expect(PublishedPort.bracketed("::1") == "[::1]")
        #expect(PublishedPort.bracketed("[::1]") == "[::1]")
        #expect(PublishedPort.bracketed("127.0.0.1") == "127.0.0.1")
    }

    /// A port that is taken is refused to others, and free again afterwards. Names are nobody's here.
    @Test func takenPorts() throws {
        guard case .taken(let descriptor) = PublishedPort.take("127.0.0.1", 0) else {
            Issue.record("no port was free")
            return
        }
        close(descriptor)
        #expect(!PublishedPort.isTaken("some.name.example", 80))
        #expect(!PublishedPort.isTaken("127.0.0.1", 70_000))
    }
}
