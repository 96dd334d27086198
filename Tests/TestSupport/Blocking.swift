import Dispatch

/// Runs what blocks its thread on a thread of its own: Swift's tasks have one thread a processor, and other tests wait
/// for those.
package func onItsOwnThread<Value: Sendable>(
    _ label: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, any Error>, Never>) in
        // A serial queue has its own thread; concurrent ones share.
        DispatchQueue(label: label).async { continuation.resume(returning: Result { try body() }) }
    }
    return try result.get()
}
