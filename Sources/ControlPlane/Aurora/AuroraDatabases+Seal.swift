import Environments
import ExtendDBLayout
import Postgres

extension AuroraDatabases {
    /// Cuts the clone off from production; safe to repeat, each time with a new credential unless one is kept.
    ///
    /// - Parameters:
    ///   - role: the environment's; what the catalog names from now on.
    ///   - keeping: the credential that users were given, which a reset keeps.
    ///   - claim: see `Sealing.seal`.
    func seal(
        role: String, password: String, keeping: EnvironmentCredential?, claim: Int64
    ) async throws(ControlError) -> SealedEnvironment {
        let access = data.with(user: role, password: password)
        let kept = keeping.map { MintedKey(accessKeyID: $0.accessKeyID, secretAccessKey: $0.secretAccessKey) }
        let sealed = try await PostgresAdmin(configuration: catalog).session("seal \(catalog.database)") { catalog in
            try await PostgresAdmin(configuration: data).session("seal \(data.database)") { data in
                do {
                    let clone = ClonedData(connection: data, access: access)
                    // Who owns the tables is read from the clone: nobody has looked into the source.
                    return try await Sealing.seal(on: catalog, data: clone, keeping: kept, claim: claim)
                } catch let error as LayoutError {
                    // What this build does not know it will not know at the next try.
                    let isUnknown = [.notACatalog, .unsupportedVersion, .unsupportedFeature].contains(error.code)
                    throw ControlError(
                        isUnknown ? .misconfigured : .failed, subject: access.database,
                        "sealing failed: \(error.message)")
                }
            }
        }
        return SealedEnvironment(
            accountID: sealed.accountID, accessKeyID: sealed.accessKeyID, secretAccessKey: sealed.secretAccessKey)
    }
}
