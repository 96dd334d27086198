/// The version of the server, as `extenddb-server --version` tells it.
package enum ServerVersion {
    package static let current = "0.1.0"
}
