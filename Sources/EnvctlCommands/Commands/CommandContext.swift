package import ControlPlane
import ControlPlaneAPI
package import Environments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What every command needs: where the state is, how to print, how to reach the control plane.
package struct CommandContext: Sendable {
    package let format: OutputFormat
    package let terminal: Terminal
    /// The control plane of this machine, by flags and environment variables.
    package let configuration: ControlPlaneConfiguration

    package init(_ options: GlobalOptions) throws(ControlError) {
        format = options.output
        terminal = Terminal.current()
        configuration = try options.configuration()
    }

    package func client() throws(ControlError) -> APIClient {
        APIClient(target: try APIClient.Target.resolve(configuration: configuration))
    }

    /// Seconds since 1970.
    package var now: Double { Date().timeIntervalSince1970 }

    package var environmentView: EnvironmentView { EnvironmentView(now: now, terminal: terminal) }

    /// Prints `resource` as JSON, or `text` for people.
    package func emit(_ resource: some Encodable, text: @autoclosure () -> String) throws(ControlError) {
        switch format {
        case .json: try Output.line(try json(resource))
        case .table: try Output.line(text())
        }
    }

    /// Prints what was made with a secret that is shown this once, or for people the secret alone.
    ///
    /// - Parameters:
    ///   - owner: what it is the secret of, and `undo` the command that takes that back.
    package func emit(
        _ resource: some Encodable, secret: String, of owner: String, undo: String
    ) throws(ControlError) {
        let text =
            switch format {
            case .json: try json(resource)
            case .table: secret
            }
        try Output.secret(text, of: owner, undo: undo)
    }

    package func json(_ resource: some Encodable) throws(ControlError) -> String {
        do {
            return String(decoding: try APICoding.encode(resource, pretty: true), as: UTF8.self)
        } catch {
            throw ControlError(.failed, "the answer cannot be written as JSON: \(error)")
        }
    }

    /// Says something to people on standard error, so that it never mixes with what a program reads.
    package func note(_ text: String) {
        Output.errorLine(text)
    }
}
