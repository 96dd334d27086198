package import ArgumentParser
package import ControlPlane
package import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Options that every command takes.
package struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: "How to print: table for people, json for programs.")
    package var output: OutputFormat = .table

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The local control plane's state (default: $ENVCTL_HOME, else /var/lib/envctl for root, else ~/.envctl).",
            valueName: "directory"))
    package var stateDirectory: String?

    package init() {}

    /// The control plane that these options and the process environment describe.
    package func configuration() throws(ControlError) -> ControlPlaneConfiguration {
        var environment = Environment.all()
        if let stateDirectory { environment["ENVCTL_HOME"] = absolutePath(stateDirectory) }
        return try ControlPlaneConfiguration(environment: environment, isRoot: geteuid() == 0)
    }
}

package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case json
}

/// `path` from the root: relative to the working directory when it is not absolute. Nothing is resolved or checked.
package func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
}
