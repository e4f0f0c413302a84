import Foundation
import ToolBasics

/// The certificate that `COG_CA_CERT` asks to trust inside an image.
package enum CACertificate {
    /// Reads a file, a directory of `.crt` and `.pem` files, PEM text, or PEM text in base64.
    ///
    /// - Returns: PEM text that ends with a newline.
    package static func read(_ value: String) throws(CertificateFailure) -> String {
        if value.contains("-----BEGIN CERTIFICATE-----") { return try checked(value) }
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: value, isDirectory: &isDirectory) {
            return try checked(isDirectory.boolValue ? joined(value) : file(value))
        }
        if let data = Data(base64Encoded: value.filter { !$0.isWhitespace }),
            let text = String(data: data, encoding: .utf8), text.contains("-----BEGIN CERTIFICATE-----")
        {
            return try checked(text)
        }
        throw .unknownForm
    }

    private static func file(_ path: String) throws(CertificateFailure) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .unreadable(path)
        }
        return text
    }

    private static func joined(_ directory: String) throws(CertificateFailure) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
        let certificates = names.filter { $0.hasSuffix(".crt") || $0.hasSuffix(".pem") }
        guard !certificates.isEmpty else { throw .emptyDirectory(directory) }
        var text = ""
        for name in certificates {
            text += try file(directory + "/" + name).trimmingSpaces + "\n"
        }
        return text
    }

    /// Bundles may begin with comments; what counts is that a whole certificate is in there.
    private static func checked(_ text: String) throws(CertificateFailure) -> String {
        guard let begin = text.firstRange(of: "-----BEGIN CERTIFICATE-----"),
            text[begin.upperBound...].contains("-----END CERTIFICATE-----")
        else { throw .incomplete }
        return text.trimmingSpaces + "\n"
    }
}
