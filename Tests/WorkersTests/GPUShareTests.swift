import Testing
import Workers

/// How GPUs are found and divided.
@Suite struct GPUShares {
    @Test(arguments: [
        ("0,1,2", ["0", "1", "2"]), ("3", ["3"]), ("", []), ("-1", []), ("NoDevFiles", []), ("0,-1,1", ["0"]),
        (" 1, 2", ["1", "2"]), ("GPU-8932f937,GPU-1", ["GPU-8932f937", "GPU-1"]),
        ("MIG-GPU-8/1/0", ["MIG-GPU-8/1/0"]), ("0,,1", ["0"]),
    ])
    func variable(value: String, visible: [String]) {
        #expect(GPUShare.visible(variable: value, deviceNames: ["nvidia0", "nvidia1"]) == visible)
    }

    @Test(arguments: [
        ([], 0), (["null", "nvidia0"], 1), (["nvidia0", "nvidia1", "nvidia10"], 3),
        (["nvidiactl", "nvidia-uvm", "nvidia", "nvidia0x"], 0),
    ])
    func devices(names: [String], count: Int) {
        let visible = GPUShare.visible(variable: nil, deviceNames: names)
        #expect(visible == (0..<count).map { String($0) })
    }

    @Test(arguments: [
        (1, 1, [nil]), (4, 1, [nil]), (0, 3, [nil, nil, nil]), (2, 2, ["0", "1"]), (4, 2, ["0,1", "2,3"]),
        (5, 2, ["0,1,2", "3,4"]), (1, 2, ["0", "0"]), (2, 3, ["0", "1", "0"]), (8, 3, ["0,1,2", "3,4,5", "6,7"]),
    ])
    func shares(devices: Int, workers: Int, expected: [String?]) {
        let all = (0..<devices).map { String($0) }
        #expect((0..<workers).map { GPUShare.share(of: all, worker: $0, of: workers) } == expected)
    }

    @Test func everyDeviceIsGivenOnce() {
        for devices in 2...16 {
            for workers in 2...devices {
                let all = (0..<devices).map { String($0) }
                let shares = (0..<workers).map { GPUShare.share(of: all, worker: $0, of: workers) ?? "" }
                #expect(shares.joined(separator: ",") == all.joined(separator: ","))
            }
        }
    }
}
