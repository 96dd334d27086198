import DynamoModel
import Environments
package import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes one JSON object a line to standard error: `time` (RFC 3339, UTC), `level`, `message`, then the metadata by
/// their names.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level = .info
    private let write: @Sendable (String) -> Void

    /// Members that a line has anyway; metadata of that name get an underscore.
    private static let own: Set<String> = ["time", "level", "message"]

    /// - Parameter write: takes a line without its end.
    package init(
        metadataProvider: Logger.MetadataProvider?, write: @escaping @Sendable (String) -> Void = Self.toStandardError
    ) {
        self.metadataProvider = metadataProvider
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        write(Self.line(level: event.level, message: "\(event.message)", all, at: WallClock.unixSeconds()))
    }

    static func line(level: Logger.Level, message: String, _ metadata: Logger.Metadata, at time: Double) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("time")
        writer.string(Timestamp(microseconds: Int64(time * 1_000_000)).description)
        writer.name("level")
        writer.string(level.rawValue)
        writer.name("message")
        writer.string(message)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            writer.name(own.contains(name) ? name + "_" : name)
            put(value, into: &writer)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func put(_ value: Logger.Metadata.Value, into writer: inout JSONWriter) {
        switch value {
        case .string(let text): writer.string(text)
        case .stringConvertible(let value): writer.string("\(value)")
        case .array(let values):
            writer.beginArray()
            for value in values { put(value, into: &writer) }
            writer.endArray()
        case .dictionary(let values):
            writer.beginObject()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                put(value, into: &writer)
            }
            writer.endObject()
        }
    }

    private static let lock = Mutex(())

    /// Whole lines, whoever writes at the same time.
    @Sendable package static func toStandardError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        lock.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { buffer in
                    #if canImport(Darwin)
                        Darwin.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
                    #elseif canImport(Musl)
                        Musl.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
                    #else
                        Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
                    #endif
                }
                if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
            }
        }
    }
}

/// How the log is written.
package enum LogFormat: String, Sendable, Hashable, CaseIterable {
    case text, json
}
