import Environments
import ExtendDBLayout
import Postgres

extension AuroraDatabases {
    /// Cuts the clone off from production; safe to repeat.
    func seal(keeping: EnvironmentCredential?, claim: Int64) async throws(ControlError) -> SealedEnvironment {
        let sealed = try await PostgresAdmin(configuration: catalog).session("seal \(catalog.database)") { connection in
            do {
                return try await Sealing.seal(
                    on: connection, account: nil,
                    keeping: keeping.map {
                        MintedKey(accessKeyID: $0.accessKeyID, secretAccessKey: $0.secretAccessKey)
                    }, claim: claim)
            } catch let error as LayoutError {
                throw ControlError(.failed, subject: catalog.database, "sealing failed: \(error.message)")
            }
        }
        return SealedEnvironment(
            accountID: sealed.accountID, accessKeyID: sealed.accessKeyID, secretAccessKey: sealed.secretAccessKey)
    }
}
