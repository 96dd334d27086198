import Postgres

/// Where a catalog says that its data lie, and where they are looked for.
package enum DataDatabase {
    /// Refuses a pair of databases that the catalog does not name: a copy that was not sealed, or two databases that
    /// do not belong together.
    ///
    /// The setting is compared and never followed: in a copy of production it leads to production.
    ///
    /// - Parameter data: the name of the data database; nil: the catalog's own.
    /// - Throws: `LayoutError` with the names of both; a URL with its password is not repeated.
    package static func check(named data: String?, on catalog: some SQLRunner) async throws {
        let own = try await LayoutBootstrap.currentDatabase(on: catalog)
        guard let stated = try await stated(on: catalog) else { return }
        guard stated != data ?? own else { return }
        throw LayoutError(
            .conflict,
            "the catalog '\(own)' has its data in database '\(stated)' and not in '\(data ?? own)'. "
                + (data == nil ? "Name it in the setting database.data_database" : "Correct database.data_database")
                + ", or seal the copy for the database that it shall use")
    }

    /// The name of the data database by the catalog's settings; nil if the catalog's own database holds the data.
    private static func stated(on catalog: some SQLRunner) async throws -> String? {
        guard let url = try await Settings.value(.dataDatabaseURL, on: catalog), !url.isEmpty else { return nil }
        do {
            return try PostgresConfiguration(url: url).database
        } catch {
            throw LayoutError(.unreadable, "the setting \(SettingsKey.dataDatabaseURL.rawValue) cannot be read")
        }
    }
}
