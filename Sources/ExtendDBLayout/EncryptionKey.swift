package import Cryptography
import DynamoModel
import Postgres

/// The key of `settings.encryption_key`, under which secrets of access keys are sealed: AES-256-GCM with the access key
/// id as associated data, stored as `nonce ‖ ciphertext ‖ tag`.
package struct EncryptionKey: Sendable, Hashable {
    private let bytes: [UInt8]

    package init(bytes: [UInt8]) throws(LayoutError) {
        guard bytes.count == AES256GCM.keyLength else {
            throw LayoutError(.unreadable, "the encryption key has \(bytes.count) bytes instead of 32")
        }
        self.bytes = bytes
    }

    /// Reads the setting's value: Base64 of 32 bytes.
    package init(base64: String) throws(LayoutError) {
        guard let bytes = Base64.decode(base64) else {
            throw LayoutError(.unreadable, "the setting encryption_key is not Base64")
        }
        try self.init(bytes: bytes)
    }

    package static func random() throws(LayoutError) -> EncryptionKey {
        try EncryptionKey(bytes: SecureRandom.bytes(AES256GCM.keyLength))
    }

    /// Refuses a catalog whose key this build cannot replace: release 1.0 wraps it under a key that lies outside the
    /// catalog, and what else depends on that is not known.
    ///
    /// - Throws: `LayoutError` that says what was found instead, without its value.
    static func check(on catalog: some SQLRunner) async throws {
        let rows = try await catalog.query(
            PostgresQuery(
                """
                SELECT key, CASE key WHEN 'encryption_key' THEN value END FROM settings
                WHERE key ~* '(encryption|wrapped|wrapping|master|kek|kms)' ORDER BY key
                """))
        let found = try rows.map { (key: try $0[0].string, value: try $0[1].orNil?.string) }
        let others = found.map(\.key).filter { $0 != SettingsKey.encryptionKey.rawValue }
        guard others.isEmpty else {
            throw LayoutError(
                .unsupportedFeature,
                "the catalog keeps its encryption key wrapped (settings \(others.joined(separator: ", "))), which this "
                    + "build does not know")
        }
        guard let value = found.first?.value else {
            throw LayoutError(.unreadable, "the catalog's settings have no encryption_key")
        }
        do {
            _ = try EncryptionKey(base64: value)
        } catch {
            throw LayoutError(
                .unsupportedFeature,
                "the setting encryption_key holds \(value.utf8.count) characters that are not Base64 of 32 bytes: it may "
                    + "be wrapped, which this build does not know")
        }
    }

    /// The setting's value.
    package var base64: String { Base64.encode(bytes) }

    package func seal(secret: String, accessKeyID: String) throws(CryptoError) -> [UInt8] {
        try AES256GCM.seal(Array(secret.utf8), key: bytes, aad: Array(accessKeyID.utf8))
    }

    /// The secret of an access key; also in the older form without associated data.
    package func open(_ sealed: [UInt8], accessKeyID: String) throws(LayoutError) -> String {
        for aad in [Array(accessKeyID.utf8), []] {
            do {
                let secret = try AES256GCM.open(sealed, key: bytes, aad: aad)
                return String(decoding: secret, as: UTF8.self)
            } catch .authenticationFailed {
                continue
            } catch {
                throw LayoutError(.unreadable, "the secret of access key \(accessKeyID): \(error)")
            }
        }
        throw LayoutError(
            .unreadable, "the secret of access key \(accessKeyID) does not open with the catalog's encryption key")
    }
}

/// Printing it must not put it into a log.
extension EncryptionKey: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "EncryptionKey" }
    package var debugDescription: String { description }
}
