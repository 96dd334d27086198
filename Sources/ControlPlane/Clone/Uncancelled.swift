/// Runs `body` to its end although the calling task is cancelled, and waits for it: what has to be undone after a
/// cancellation needs database calls, and those refuse to start in a cancelled task.
///
/// The detached task does not outlive the call, so its lifetime is as structured as a child's.
func uncancelled<T: Sendable>(_ body: @escaping @Sendable () async -> T) async -> T {
    await Task.detached(operation: body).value
}
