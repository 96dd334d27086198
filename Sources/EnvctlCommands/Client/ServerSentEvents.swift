/// Reads server-sent events (HTML standard, section 9.2.6) out of a body that arrives in pieces. Pure.
///
/// Of the fields only `data`, `id` and `retry` are kept: the control plane sends no others.
package struct ServerSentEventParser: Sendable {
    /// The id of the last event, or of the last line that only moved the place on.
    package private(set) var lastID: String
    /// Milliseconds that the server wants a client to wait before it connects again.
    package private(set) var retry: Int?
    private var line: [UInt8] = []
    private var data: [String] = []
    private var id: String
    private var skipsLineFeed = false

    package init(lastID: String = "") {
        self.lastID = lastID
        id = lastID
    }

    /// Takes the next piece, and returns the data of the events that it completes.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var events: [String] = []
        for byte in bytes {
            // A line ends with CR, LF or both.
            if byte == 0x0A, skipsLineFeed {
                skipsLineFeed = false
                continue
            }
            skipsLineFeed = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> String? {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        guard !text.isEmpty else {
            lastID = id
            defer { data = [] }
            return data.isEmpty ? nil : data.joined(separator: "\n")
        }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        var value = text[colon...].dropFirst()
        if value.hasPrefix(" ") { value = value.dropFirst() }
        switch text[..<colon] {
        case "data": data.append(String(value))
        case "id": id = String(value)
        case "retry": retry = Int(value) ?? retry
        default: break
        }
        return nil
    }
}
