/// Divides a machine's GPUs among workers.
public enum GPUShare {
    /// The GPUs that a process may use: those that `CUDA_VISIBLE_DEVICES` lists, or else one for each of `deviceNames`
    /// (`nvidia0`, …) in `/dev`.
    ///
    /// CUDA ends the list at the first entry that isn't a device, such as `-1`.
    public static func visible(variable: String?, deviceNames: [String]) -> [String] {
        if let variable {
            let entries = variable.split(separator: ",", omittingEmptySubsequences: false).map { entry in
                String(entry.filter { $0 != " " })
            }
            return Array(entries.prefix { !$0.isEmpty && !$0.hasPrefix("-") && $0 != "NoDevFiles" })
        }
        let count = deviceNames.count { name in
            let number = name.dropFirst("nvidia".count)
            return name.hasPrefix("nvidia") && !number.isEmpty && number.utf8.allSatisfy { (48...57).contains($0) }
        }
        return (0..<count).map { String($0) }
    }

    /// The share of worker `index` of `workers`, as the value of `CUDA_VISIBLE_DEVICES`; nil to leave the variable
    /// unchanged.
    ///
    /// Shares consist of neighboring GPUs and differ in size by at most one. With more workers than GPUs, several share
    /// one.
    public static func share(of devices: [String], worker index: Int, of workers: Int) -> String? {
        guard workers > 1, !devices.isEmpty else { return nil }
        guard devices.count > workers else { return devices[index % devices.count] }
        let (each, extra) = devices.count.quotientAndRemainder(dividingBy: workers)
        let start = index * each + min(index, extra)
        return devices[start..<start + each + (index < extra ? 1 : 0)].joined(separator: ",")
    }
}
