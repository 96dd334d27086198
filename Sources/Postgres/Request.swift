/// What a caller waits for.
typealias Outcome = Result<[PostgresResult], PostgresError>

/// One call on a connection, from submission to answer.
///
/// Unchecked: the caller makes it and hands it to the loop's inbox; from then on only the loop's thread touches it.
final class Request: @unchecked Sendable {
    enum Work {
        /// Statements under one Sync.
        case batch([EncodedQuery])
        /// Simple protocol, outside pipeline mode.
        case script(String)
        /// As `script`, but is answered when the server waits for the rows.
        case beginCopy(String)
        /// The end of a copy: nil for success, or why it is aborted.
        case endCopy(reason: String?)
        /// Is answered when nothing is in flight any more.
        case barrier
    }

    let work: Work
    var continuation: CheckedContinuation<Outcome, Never>?
    var results: [PostgresResult] = []
    var failure: PostgresError?
    var isCancelled = false
    var wasRetried = false
    /// Why it was retried.
    var original: PostgresError?

    init(_ work: Work) {
        self.work = work
    }

    func resume(_ outcome: Outcome) {
        let waiter = continuation
        continuation = nil
        waiter?.resume(returning: outcome)
    }

    func finish() {
        guard let failure else { return resume(.success(results)) }
        guard isCancelled, failure.sqlState == SQLState.queryCancelled else { return resume(.failure(failure)) }
        var error = PostgresError.cancelled
        error.sqlState = failure.sqlState
        resume(.failure(error))
    }
}

extension PostgresError {
    static let cancelled = PostgresError(.cancelled, "the calling task was cancelled")
}

/// First in, first out, without moving elements.
struct Queue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 512, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll(where condition: (Element) -> Bool) {
        elements.removeAll { element in element.map(condition) ?? true }
        head = 0
    }

    func contains(where condition: (Element) -> Bool) -> Bool {
        elements[head...].contains { element in element.map(condition) ?? false }
    }

    mutating func drain() -> [Element] {
        defer {
            elements.removeAll()
            head = 0
        }
        return elements.compactMap(\.self)
    }
}
