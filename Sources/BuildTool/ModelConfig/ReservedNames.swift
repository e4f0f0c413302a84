/// Names of environment variables that `environment` may not set.
package enum ReservedNames {
    /// Whether the base image, the server or the platform owns this name.
    package static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    /// Whether the name is about telemetry, which belongs to the running container.
    static func isTelemetry(_ name: String) -> Bool {
        ["COG_TRACE_", "COG_OBSERVABILITY_", "OTEL_"].contains { name.hasPrefix($0) }
    }

    private static let names: Set<String> = [
        "PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONUNBUFFERED", "LIBRARY_PATH", "HF_ENDPOINT",
        "HF_HUB_ENABLE_HF_TRANSFER",
    ]
    private static let prefixes = ["R8_", "REPLICATE_", "CUDA_", "NVIDIA_", "NV_", "PGET_", "KUBERNETES_"]
}
